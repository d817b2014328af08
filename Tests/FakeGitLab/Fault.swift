/// One thing the server does wrong, or unusually, on requests that match.
///
/// All faults that match a request apply to it, in the order they were added.
public struct Fault: Sendable {
  /// The request targets it concerns (path and query, encoded as they arrive); `*` stands for any characters.
  public var path: String
  /// The origin it concerns; nil for both.
  public var origin: Origin?
  /// How many matching requests pass unharmed first.
  public var skip: Int
  /// To how many requests it applies after those; nil for all.
  public var times: Int?
  /// What happens.
  public var action: Action

  /// Makes a fault.
  public init(_ action: Action, path: String = "*", origin: Origin? = nil, skip: Int = 0, times: Int? = nil) {
    self.action = action
    self.path = path
    self.origin = origin
    self.skip = skip
    self.times = times
  }

  /// One of the server's two origins.
  public enum Origin: String, Sendable {
    /// GitLab itself.
    case api
    /// The object storage that downloads are redirected to.
    case storage
  }

  /// How the end of a body is told.
  public enum Framing: String, Sendable {
    /// By Content-Length.
    case length
    /// By closing the connection.
    case close
    /// By chunks.
    case chunked
  }

  /// How a body breaks off.
  public enum Break: String, Sendable {
    /// The connection is closed.
    case close
    /// The connection is reset.
    case reset
    /// Nothing more comes, and the connection stays open until the client closes it.
    case stall
  }

  /// What never ends.
  public enum Endless: String, Sendable {
    /// Header after header.
    case headers
    /// One header line.
    case header
    /// The body, without a length.
    case body
  }

  /// What happens to a request or its response.
  public enum Action: Sendable {
    /// Another status with these headers and body instead of the answer.
    case status(Int, headers: [Header] = [], body: String = "")
    /// A wait before the answer.
    case delay(milliseconds: Int)
    /// The body breaks off after so many bytes.
    case cut(after: Int, framing: Framing = .length, by: Break = .close)
    /// The connection is reset before any answer.
    case reset
    /// No answer at all, on an open connection.
    case silence
    /// The whole answer, head included, at so many bytes a second.
    case slow(bytesPerSecond: Int)
    /// A Content-Length with this text, whatever the body.
    case claimLength(String)
    /// The body in chunks, or ended by the close: legal.
    case framing(Framing, chunkBytes: Int = 1 << 14)
    /// Something that never ends.
    case endless(Endless)
    /// A redirect; `{api}` and `{storage}` stand for the origins, `{target}` for the request's path and query.
    case redirect(String, status: Int = 302)
    /// So many redirects to the same origin before the answer.
    case hops(Int)
    /// One byte of the body inverted.
    case flip(at: Int)
    /// These headers, instead of those of the same names; an empty value takes a header away.
    case headers([Header])
    /// An HTML page with status 200.
    case html
    /// These bytes and a close instead of an HTTP response.
    case raw([UInt8])
    /// Another file of the tree (a path in it) as the asset's content, with its own ETag; nil: the same content under a new ETag and date.
    case reupload(String?)
    /// The release of this tag is listed only once `afterPage` has been served.
    case appear(tag: String, afterPage: Int)
    /// The release of this tag is listed no more once `afterPage` has been served.
    case disappear(tag: String, afterPage: Int)
    /// X-Total and X-Total-Pages as if there were so many rows; nil: neither header.
    case totals(Int?)
    /// X-Next-Page with this text on every page.
    case nextPage(String)
    /// Rows of equal dates come in the opposite order on every other page, as a sort without a tie-break may have it.
    case shuffleTies
    /// No more than so many requests in each period: 429 beyond, and `RateLimit-*` headers always.
    case rateLimit(Int, seconds: Int)
  }
}
