/// Names a server as the web does: scheme, host and port. A token belongs to exactly one. Source: RFC 6454.
public struct Origin: Hashable, Sendable {
  /// `http` or `https`.
  public let scheme: String

  /// The host name or address in lower case; IPv6 in brackets.
  public let host: String

  /// The port, also when it is the scheme's usual one.
  public let port: UInt16

  init(scheme: String, host: String, port: UInt16) {
    self.scheme = scheme
    self.host = host.lowercased()
    self.port = port
  }

  /// Takes the origin of an http or https URL; throws ``FetchError/Code/urlRefused`` for any other text.
  public init(url: String) throws(FetchError) {
    self = try RequestURL(url).origin
  }
}

extension Origin: CustomStringConvertible {
  /// The origin as the beginning of a URL.
  public var description: String {
    let usual: UInt16 = scheme == "https" ? 443 : 80
    return "\(scheme)://\(host)\(port == usual ? "" : ":\(port)")"
  }
}
