import CCurl
import Glibc

/// Is one answer whose body is read as it comes. It belongs to its client's thread and ends with the client's next request.
///
/// A body that the server ends early is noticed when it had a length or was chunked. Without either, the end of the connection
/// is the end of the body and nobody can tell: the content has to show it, as a gzip trailer or a JSON parser does.
public final class Response {
  /// The HTTP status, whatever it is, but for redirects that were followed.
  public let status: Int

  /// The header lines.
  public let headers: HTTPHeaders

  /// Where the answer came from after redirects: without the query, which may hold a signature.
  public let finalURL: String

  /// How many redirects were followed.
  public let redirects: Int

  /// The length that the server announced, if it did: never more than the request's limit.
  public let contentLength: Int?

  /// What the client's own service says of its rate limit, in this answer or in the redirect that led to it.
  public let rateLimit: RateLimit

  private let client: HTTPClient
  private let number: Int

  init(
    client: HTTPClient, number: Int, status: Int, headers: HTTPHeaders, finalURL: String, redirects: Int,
    rateLimit: RateLimit
  ) {
    self.client = client
    self.number = number
    self.status = status
    self.headers = headers
    self.finalURL = finalURL
    self.redirects = redirects
    self.rateLimit = rateLimit
    contentLength = headers["Content-Length"].flatMap(Int.init)
  }

  deinit { cancel() }

  /// Replaces the content of `buffer` with the next bytes of the body and returns their count, 0 at its end.
  ///
  /// Waits for at least one byte. Give the same array each time: its storage takes turns with the client's. At most
  /// ``ClientOptions/bufferBytes`` come at once. Throws ``FetchError``; the same one again after a failure.
  public func read(into buffer: inout [UInt8]) throws(FetchError) -> Int {
    try client.read(number, into: &buffer)
  }

  /// Returns the whole body, which the limit given to the request bounds. Throws as ``read(into:)`` does.
  public func readAll() throws(FetchError) -> [UInt8] {
    var all: [UInt8] = []
    var piece: [UInt8] = []
    while try read(into: &piece) > 0 {
      if all.isEmpty { swap(&all, &piece) } else { all.append(contentsOf: piece) }
    }
    return all
  }

  /// Ends the answer, closing the connection unless the body was read to its end. Harmless at any time.
  public func cancel() { client.end(number) }

  /// Ends the answer, but reads what is left of a small body so that the connection can be used again.
  public func discard() { client.discard(number) }
}

extension Response {
  /// How many seconds the server asks to wait: its `Retry-After`, as seconds or as a date, or nil without a readable one.
  ///
  /// Never negative; may be absurdly large. A date counts from the server's own `Date`. Source: RFC 9110, 10.2.3.
  public var retryAfter: Int? {
    guard let text = headers["Retry-After"] else { return nil }
    if text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
      return text.isEmpty ? nil : Int(text) ?? Int.max
    }
    guard let until = HTTPHeaders.seconds(date: text) else { return nil }
    return max(0, until - headers.date)
  }
}

/// What a server says of how many requests it still takes: `RateLimit-Limit`, `-Remaining`, `-Reset`, as GitLab sends them.
public struct RateLimit: Hashable, Sendable {
  /// The requests of one period.
  public let limit: Int?
  /// Those left of the present one.
  public let remaining: Int?
  /// The seconds until the next one, by the server's own clock where it tells it; never negative.
  public let resetsAfter: Int?

  /// Knows nothing.
  public init() { (limit, remaining, resetsAfter) = (nil, nil, nil) }

  init(_ headers: HTTPHeaders) {
    limit = headers["RateLimit-Limit"].flatMap(Int.init)
    remaining = headers["RateLimit-Remaining"].flatMap(Int.init)
    let reset = headers["RateLimit-Reset"].flatMap(Int.init)
    resetsAfter = reset.map { max(0, $0.subtractingReportingOverflow(headers.date).partialValue) }
  }
}

extension HTTPHeaders {
  /// The server's time in seconds since 1970, else this machine's.
  var date: Int { self["Date"].flatMap(Self.seconds(date:)) ?? time(nil) }

  static func seconds(date: String) -> Int? {
    // curl_getdate also takes things like "-5" for a time zone; a date has letters.
    guard date.utf8.contains(where: { (0x41...0x5a).contains($0) }) else { return nil }
    let seconds = unsafe curl_getdate(date, nil)
    return seconds < 0 ? nil : seconds
  }
}
