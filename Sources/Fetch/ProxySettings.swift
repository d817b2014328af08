import Glibc

/// Decides which requests go through a proxy, from the usual variables.
///
/// The decision is made here and not in libcurl because the address rules must know whose address they see: a proxy's own is
/// exempt. Variables as in curl: `http_proxy` (lower case only), `https_proxy`, `all_proxy`, `no_proxy` (either case).
public struct ProxySettings: Sendable {
  private let http: String?
  private let https: String?
  private let exceptions: [String]

  /// Uses no proxy, whatever the environment says.
  public static let none = ProxySettings(variables: [:])

  /// Follows the process's environment.
  public static var environment: ProxySettings {
    var variables: [String: String] = [:]
    for name in ["http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY"] {
      // Safety: the text is copied at once; nothing in this program changes the environment.
      if let value = unsafe getenv(name) { variables[name] = unsafe String(cString: value) }
    }
    return ProxySettings(variables: variables)
  }

  /// Follows given variables.
  public init(variables: [String: String]) {
    func first(_ names: String...) -> String? {
      names.lazy.compactMap { variables[$0] }.first { !$0.isEmpty }
    }
    let all = first("all_proxy", "ALL_PROXY")
    http = first("http_proxy") ?? all
    https = first("https_proxy", "HTTPS_PROXY") ?? all
    exceptions = (first("no_proxy", "NO_PROXY") ?? "").split { $0 == "," || $0 == " " || $0 == "\t" }.map {
      $0.lowercased()
    }
  }

  /// Returns the proxy for requests to an origin, or nil when they go straight there.
  func proxy(for origin: Origin) -> String? {
    guard let proxy = origin.scheme == "https" ? https : http else { return nil }
    return exceptions.contains { Self.matches($0, origin.host) } ? nil : proxy
  }

  private static func matches(_ exception: String, _ host: String) -> Bool {
    if exception == "*" { return true }
    if let address = NetworkAddress(literal: host) { return matches(exception, address) }
    let name = trimmed(host[...])
    let domain = trimmed(exception.hasPrefix(".") ? exception.dropFirst() : exception[...])
    return !domain.isEmpty && (name == domain || name.hasSuffix("." + domain))
  }

  private static func trimmed(_ name: Substring) -> Substring { name.hasSuffix(".") ? name.dropLast() : name }

  /// Compares with an address or a range such as `10.0.0.0/8`.
  private static func matches(_ exception: String, _ address: NetworkAddress) -> Bool {
    let parts = exception.split(separator: "/", maxSplits: 1)
    guard let first = parts.first, let other = NetworkAddress(literal: String(first)),
      other.bytes.count == address.bytes.count
    else { return false }
    let most = address.bytes.count * 8
    guard parts.count == 2 else { return other == address }
    guard let bits = Int(parts[1]), (0...most).contains(bits) else { return false }
    return (0..<bits).allSatisfy { bit in
      (other.bytes[bit / 8] ^ address.bytes[bit / 8]) & (0x80 >> UInt8(bit % 8)) == 0
    }
  }
}
