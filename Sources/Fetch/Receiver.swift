import CCurl

/// Takes in one answer while curl performs: what its callbacks write and decide. One a client, reset for each request.
final class Receiver {
  /// What is to become of body bytes.
  enum BodyUse {
    /// They wait for the reader, up to the buffer's size.
    case keep
    /// They are thrown away: the body of a redirect or of an answer nobody wants.
    case discard
  }

  private let headerLimit: Int
  private let bufferBytes: Int
  let policy: AddressPolicy

  /// The host and proxy use of the request, for the address rules.
  private var host = ""
  private var usesProxy = false
  private var operation = ""
  private var bodyLimit = 0

  private(set) var status = 0
  private(set) var headers = HTTPHeaders()
  private(set) var hasHeaders = false
  private(set) var bodyBytes = 0
  private(set) var isPaused = false
  /// The reason that this side ended the transfer, or will.
  private(set) var failure: FetchError?
  /// A refused address; only a failure when curl finds no other one.
  private(set) var addressRefusal: FetchError?
  var use = BodyUse.keep
  private var pending: [UInt8] = []
  private var headerCount = 0

  init(headerLimit: Int, bufferBytes: Int, policy: AddressPolicy) {
    self.headerLimit = headerLimit
    self.bufferBytes = bufferBytes
    self.policy = policy
  }

  /// Forgets the answer before and expects the one to `url`.
  func begin(_ url: RequestURL, usesProxy: Bool, operation: String, bodyLimit: Int) {
    host = url.origin.host
    self.usesProxy = usesProxy
    self.operation = operation
    self.bodyLimit = bodyLimit
    status = 0
    headers.removeAll()
    hasHeaders = false
    headerCount = 0
    bodyBytes = 0
    isPaused = false
    failure = nil
    addressRefusal = nil
    use = .keep
    pending.removeAll(keepingCapacity: true)
  }

  /// Whether body bytes wait for the reader.
  var hasBytes: Bool { !pending.isEmpty }

  /// Exchanges the waiting bytes for an empty buffer, whose storage takes the next ones.
  func hand(over buffer: inout [UInt8]) {
    buffer.removeAll(keepingCapacity: true)
    swap(&buffer, &pending)
  }

  /// Throws the waiting bytes away.
  func dropBytes() { pending.removeAll(keepingCapacity: true) }

  /// Notes that curl was told to go on.
  func resume() { isPaused = false }

  /// Takes a header line. Returns whether to go on.
  func receiveHeader(_ line: UnsafeBufferPointer<UInt8>) -> Bool {
    headerCount += line.count
    guard headerCount <= headerLimit else {
      return fail(.headerTooLarge, "more than \(headerLimit) bytes of headers")
    }
    // After the body these are trailers.
    if hasHeaders { return true }
    if unsafe line.starts(with: Array("HTTP/".utf8)) {
      headers.removeAll()
      let fields = unsafe line.split(separator: UInt8(ascii: " "), maxSplits: 2)
      status = unsafe fields.count > 1 ? Int(String(decoding: fields[1].prefix(3), as: UTF8.self)) ?? 0 : 0
      return true
    }
    guard unsafe line.allSatisfy({ $0 == 0x0d || $0 == 0x0a }) else {
      unsafe headers.add(line)
      return true
    }
    // A 1xx answer is followed by the real one.
    if status >= 200 {
      hasHeaders = true
      return checkLength()
    }
    return true
  }

  /// Takes body bytes. Returns how many were taken: all, or none to fail, or nil to pause.
  func receiveBody(_ bytes: UnsafeBufferPointer<UInt8>) -> Int? {
    guard bytes.count <= bodyLimit - bodyBytes else {
      return fail(.bodyTooLarge, "more than \(bodyLimit) bytes") ? bytes.count : 0
    }
    if use == .keep {
      guard pending.isEmpty || pending.count + bytes.count <= bufferBytes else {
        isPaused = true
        return nil
      }
      unsafe pending.append(contentsOf: bytes)
    }
    bodyBytes += bytes.count
    return bytes.count
  }

  /// Decides whether curl may connect to an address.
  func mayConnect(to address: NetworkAddress?) -> Bool {
    if usesProxy { return true }
    guard let address else {
      addressRefusal = FetchError(.addressRefused, operation, "its address is neither IPv4 nor IPv6")
      return false
    }
    guard let refusal = policy.refusal(address, for: host) else { return true }
    addressRefusal = FetchError(
      .addressRefused, operation, refusal, hint: "allow the host by name if it is meant to be there")
    return false
  }

  /// Refuses lengths that curl would ignore: a body without a believed length may end early unnoticed.
  private func checkLength() -> Bool {
    let lengths = Set(headers.values("Content-Length"))
    guard lengths.count <= 1 else { return fail(.protocolViolation, "two different Content-Length headers") }
    guard let text = lengths.first else { return true }
    guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let length = Int(text) else {
      return fail(.protocolViolation, "a Content-Length that is no length")
    }
    guard length <= bodyLimit else { return fail(.bodyTooLarge, "\(length) bytes where \(bodyLimit) are allowed") }
    return true
  }

  private func fail(_ code: FetchError.Code, _ cause: String) -> Bool {
    if failure == nil { failure = FetchError(code, operation, cause) }
    return false
  }
}
