import CCurl

/// Asks one service over HTTP, one request at a time, keeping connections open in between. Counterpart: `curl_multi_perform`.
///
/// ```swift
/// var options = ClientOptions(origin: try Origin(url: "https://gitlab.example.com"))
/// options.token = ("PRIVATE-TOKEN", secret)
/// let client = try HTTPClient(options)
/// let response = try client.get("https://gitlab.example.com/api/v4/version")
/// var piece: [UInt8] = []
/// while try response.read(into: &piece) > 0 { digest.update(piece.span) }
/// ```
///
/// The rules: only http and https; the token goes to its origin alone, asked directly or by redirect; redirects are followed
/// here, never from https to http; TLS certificates are always verified; loopback, private and link-local addresses only as
/// ``ClientOptions`` say; nothing is read from `.netrc`, no cookies are kept. A slow reader stops the server, not the memory.
/// For one thread at a time; the process must ignore SIGPIPE.
@safe
public final class HTTPClient {
  let options: ClientOptions
  let receiver: Receiver
  let multi: UnsafeMutableRawPointer
  let easy: UnsafeMutableRawPointer
  let errorText: UnsafeMutablePointer<CChar>
  private var requestHeaders: UnsafeMutablePointer<curl_slist>?

  /// The running number of the request; an older response is of no more use.
  var number = 0
  /// Whether the easy handle is in the multi handle.
  var isAttached = false
  /// What the transfer ended with.
  var outcome: Result<Void, FetchError>?
  var operation = ""
  var clock: TransferClock

  /// How many connections were opened so far; the difference to the requests were reused ones.
  public internal(set) var connectionsOpened = 0

  private static let start: CURLcode = curl_global_init(Int(CURL_GLOBAL_DEFAULT))

  /// Prepares a client; connects nowhere yet. Throws ``FetchError`` for options that cannot be.
  public init(_ options: ClientOptions) throws(FetchError) {
    guard Self.start == CURLE_OK, let multi = unsafe curl_multi_init(), let easy = unsafe curl_easy_init() else {
      throw FetchError(.library, "start libcurl", "it cannot start")
    }
    if let header = options.token?.header { try Self.check(name: header, value: "") }
    unsafe self.multi = multi
    unsafe self.easy = easy
    self.options = options
    clock = TransferClock(limits: options.times)
    receiver = Receiver(
      headerLimit: options.headerBytes, bufferBytes: max(options.bufferBytes, Int(CURL_MAX_WRITE_SIZE)),
      policy: AddressPolicy(host: options.origin.host, allowedHosts: options.allowedHosts))
    unsafe errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
    unsafe errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    configure()
  }

  deinit {
    detach()
    // Safety: nothing runs any more; the easy handle goes first because it refers to the header list and the texts.
    unsafe curl_easy_cleanup(easy)
    unsafe curl_multi_cleanup(multi)
    unsafe curl_slist_free_all(requestHeaders)
    unsafe errorText.deallocate()
  }

  /// Asks for a URL and returns once the headers of the final answer are there, its body still to be read.
  ///
  /// `headers` come on top of the client's own. A body beyond `bodyLimit` bytes is refused as soon as that shows. An answer with
  /// an error status is a response all the same. Ends the response before. Throws ``FetchError``.
  public func get(
    _ url: String, headers: [(name: String, value: String)] = [], bodyLimit: Int = 2 << 30
  ) throws(FetchError) -> Response {
    detach()
    number += 1
    clock = TransferClock(limits: options.times)
    for header in headers { try Self.check(name: header.name, value: header.value) }
    var current = try RequestURL(url)
    var redirects = 0
    var limit = RateLimit()
    while true {
      try check(current)
      try send(current, headers, bodyLimit)
      try receiveHeaders()
      if current.origin == options.origin { limit = RateLimit(receiver.headers) }
      guard [301, 302, 303, 307, 308].contains(receiver.status) else { break }
      guard redirects < options.maximumRedirects else {
        throw FetchError(.tooManyRedirects, operation, "more than \(options.maximumRedirects) redirects")
      }
      guard let location = receiver.headers["Location"] else {
        throw FetchError(.protocolViolation, operation, "a redirect that does not say where to")
      }
      discard(number)
      let next = try locate(location, from: current)
      guard current.origin.scheme == "http" || next.origin.scheme == "https" else {
        throw FetchError(.urlRefused, operation, "it redirects from https to http")
      }
      current = next
      redirects += 1
    }
    return Response(
      client: self, number: number, status: receiver.status, headers: receiver.headers, finalURL: current.redacted,
      redirects: redirects, rateLimit: limit)
  }

  /// The proxy that requests to the client's own service go through, without its user part; nil when they go straight there.
  public var proxy: String? {
    options.proxy.proxy(for: options.origin).map { text in
      String(text[(text.lastIndex(of: "@").map { text.index(after: $0) } ?? text.startIndex)...])
    }
  }

  private func locate(_ location: String, from current: RequestURL) throws(FetchError) -> RequestURL {
    do {
      return try RequestURL(location, relativeTo: current)
    } catch {
      throw FetchError(.urlRefused, operation, "it redirects to a URL that is refused: \(error.cause)")
    }
  }

  /// Applies the rules that can be judged by the URL alone.
  private func check(_ url: RequestURL) throws(FetchError) {
    operation = "GET \(url.redacted)"
    guard url.origin.scheme == "https" || options.origin.scheme == "http" || options.allowsHTTP else {
      throw FetchError(.urlRefused, operation, "http is not allowed", hint: "use https, or allow http")
    }
    let address = NetworkAddress(literal: url.origin.host)
    if url.origin == options.origin, options.token != nil, url.origin.scheme == "http", !options.allowsHTTP {
      guard address?.reach == .loopback || url.origin.host == "localhost" else {
        throw FetchError(
          .urlRefused, operation, "the token would go over the network unencrypted", hint: "use https, or allow http")
      }
    }
    // Through a proxy the socket shows the proxy's address, so that only an address in the URL itself can be judged.
    if let address, options.proxy.proxy(for: url.origin) != nil,
      let refusal = receiver.policy.refusal(address, for: url.origin.host)
    {
      throw FetchError(.addressRefused, operation, refusal)
    }
  }

  private func send(
    _ url: RequestURL, _ headers: [(name: String, value: String)], _ bodyLimit: Int
  ) throws(FetchError) {
    var lines = headers.map { "\($0.name): \($0.value)" }
    if let token = options.token, url.origin == options.origin { lines.append("\(token.header): \(token.secret.text)") }
    let proxy = options.proxy.proxy(for: url.origin)
    // Safety: curl copies the texts, but refers to the list, so the list before is freed only after the new one is set.
    let former = unsafe requestHeaders
    var list: UnsafeMutablePointer<curl_slist>?
    for line in lines {
      guard let longer = unsafe curl_slist_append(list, line) else {
        unsafe curl_slist_free_all(list)
        throw FetchError(.library, operation, "no memory")
      }
      unsafe list = longer
    }
    unsafe requestHeaders = list
    unsafe ccurl_set_headers(easy, list)
    unsafe curl_slist_free_all(former)
    unsafe ccurl_set_string(easy, CURLOPT_URL, url.text)
    // An empty text overrules the environment: ProxySettings has decided.
    unsafe ccurl_set_string(easy, CURLOPT_PROXY, proxy ?? "")
    unsafe ccurl_set_string(easy, CURLOPT_NOPROXY, "")
    receiver.begin(url, usesProxy: proxy != nil, operation: operation, bodyLimit: bodyLimit)
    try attach()
  }

  private static func check(name: String, value: String) throws(FetchError) {
    let isToken = { (byte: UInt8) in (0x21...0x7e).contains(byte) && byte != UInt8(ascii: ":") }
    guard !name.isEmpty, name.utf8.allSatisfy(isToken), value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f }) else {
      throw FetchError(.secretRefused, "prepare a request", "a header has a byte that would start another one")
    }
  }
}
