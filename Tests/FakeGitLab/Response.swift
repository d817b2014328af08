/// One HTTP response, and how it is to be delivered or broken.
struct Response: Sendable {
  enum Body: Sendable {
    case bytes([UInt8])
    case file(path: String, size: Int)

    var count: Int {
      switch self {
      case .bytes(let bytes): bytes.count
      case .file(_, let size): size
      }
    }
  }

  var status: Int
  var headers: [Header]
  var body: Body
  var delivery = Delivery()

  init(_ status: Int, _ headers: [Header] = [], body: Body = .bytes([])) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  static func text(_ status: Int, _ text: String, type: String = "text/plain") -> Response {
    Response(status, [Header("Content-Type", type)], body: .bytes(Array(text.utf8)))
  }

  static func json(_ status: Int, _ text: String) -> Response { .text(status, text, type: "application/json") }

  /// The JSON message GitLab sends with an error status.
  static func message(_ status: Int, _ message: String) -> Response { .json(status, "{\"message\":\"\(message)\"}") }

  /// The status line and headers, with the empty line; `length` is what Content-Length says, if anything.
  func head(length: String?, chunked: Bool, close: Bool) -> [UInt8] {
    var text = "HTTP/1.1 \(status) \(Self.reason(status))\r\n"
    for header in headers { text += "\(header.name): \(header.value)\r\n" }
    if let length { text += "Content-Length: \(length)\r\n" }
    if chunked { text += "Transfer-Encoding: chunked\r\n" }
    if close { text += "Connection: close\r\n" }
    return Array((text + "\r\n").utf8)
  }

  private static func reason(_ status: Int) -> String {
    switch status {
    case 200: "OK"
    case 301: "Moved Permanently"
    case 302: "Found"
    case 303: "See Other"
    case 304: "Not Modified"
    case 307: "Temporary Redirect"
    case 308: "Permanent Redirect"
    case 400: "Bad Request"
    case 401: "Unauthorized"
    case 403: "Forbidden"
    case 404: "Not Found"
    case 405: "Method Not Allowed"
    case 429: "Too Many Requests"
    case 500: "Internal Server Error"
    case 502: "Bad Gateway"
    case 503: "Service Unavailable"
    default: "Status"
    }
  }
}

/// How a response travels: by default whole, at once, with its length.
struct Delivery: Sendable {
  var delayMilliseconds = 0
  var framing = Fault.Framing.length
  var chunkBytes = 1 << 14
  /// What Content-Length says instead of the truth.
  var claimedLength: String?
  /// After how many bytes of the body it breaks off, and how.
  var cut: (after: Int, how: Fault.Break)?
  var bytesPerSecond: Int?
  var endless: Fault.Endless?
  /// The byte of the body that is inverted.
  var flippedByte: Int?
  /// All that is sent instead, status line included.
  var raw: [UInt8]?

  /// True when the response is sent whole and the body may go by `sendfile`.
  var isPlain: Bool {
    cut == nil && bytesPerSecond == nil && endless == nil && flippedByte == nil && framing != .chunked
  }
}

/// One header line.
public struct Header: Sendable, Equatable {
  /// The name, as written.
  public let name: String
  /// The value, as written.
  public let value: String

  /// Makes a header line.
  public init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }
}
