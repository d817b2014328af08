/// Describes a request that brought no usable answer. An HTTP status is not an error here: see ``Response/status``.
///
/// No text in it holds a token, the user part or the query of a URL.
public struct FetchError: Error, Hashable, Sendable {
  /// Names a kind of failure; the set is open.
  public struct Code: RawRepresentable, Hashable, Sendable {
    /// The name, in lower case with dashes.
    public let rawValue: String

    /// Names a code.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// Marks a host or proxy name that does not resolve.
    public static let dns = Code(rawValue: "dns")
    /// Marks a server or proxy that accepts no connection.
    public static let connect = Code(rawValue: "connect")
    /// Marks a TLS session that could not be had, above all for want of a good certificate.
    public static let tls = Code(rawValue: "tls")
    /// Marks a time limit: ``TimeLimits`` has them all.
    public static let timeout = Code(rawValue: "timeout")
    /// Marks a connection that ended before the answer did.
    public static let cut = Code(rawValue: "cut")
    /// Marks an answer that is not HTTP, or that contradicts itself.
    public static let protocolViolation = Code(rawValue: "protocol")
    /// Marks more redirects than ``ClientOptions/maximumRedirects``.
    public static let tooManyRedirects = Code(rawValue: "too-many-redirects")
    /// Marks a URL that is never asked for: its scheme, a user part, a step from https to http.
    public static let urlRefused = Code(rawValue: "url-refused")
    /// Marks a network address that is never connected to: link-local, or loopback or private without leave.
    public static let addressRefused = Code(rawValue: "address-refused")
    /// Marks a body beyond its limit.
    public static let bodyTooLarge = Code(rawValue: "body-too-large")
    /// Marks headers beyond ``ClientOptions/headerBytes``.
    public static let headerTooLarge = Code(rawValue: "header-too-large")
    /// Marks a token or header that must not be sent.
    public static let secretRefused = Code(rawValue: "secret-refused")
    /// Marks a request that ``ClientOptions/shouldStop`` ended.
    public static let interrupted = Code(rawValue: "interrupted")
    /// Marks a response that was read after ``Response/cancel()`` or after its client had begun another request.
    public static let cancelled = Code(rawValue: "cancelled")
    /// Marks a failure of libcurl itself, such as no memory.
    public static let library = Code(rawValue: "library")
  }

  /// The kind of failure.
  public let code: Code

  /// What was being done, with the URL but for its user part and query.
  public let operation: String

  /// What went wrong.
  public let cause: String

  /// What to do next, where there is more to say than "try again".
  public let hint: String?

  /// Whether the same request may succeed later.
  public let isTransient: Bool

  init(_ code: Code, _ operation: String, _ cause: String, hint: String? = nil, isTransient: Bool? = nil) {
    self.code = code
    self.operation = operation
    self.cause = cause
    self.hint = hint
    self.isTransient = isTransient ?? [.dns, .connect, .timeout, .cut].contains(code)
  }
}

extension FetchError: CustomStringConvertible {
  /// The error on one line.
  public var description: String { "\(operation): \(cause)" }
}
