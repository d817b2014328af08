import CPQ
import Glibc

/// How to reach a server: a parsed connection string with safe defaults filled in. Counterpart: `PQconninfoParse`.
///
/// Hosts that are not local get `sslmode=verify-full` unless the string or `PGSSLMODE` names a mode. Prints no values.
public struct ConnectionSettings: Sendable, CustomStringConvertible {
  /// Keywords and values, in libpq's terms. May hold a password.
  var values: [String: String]
  /// Whether the caller chose the TLS mode.
  let choosesTLSMode: Bool

  /// Reads `postgresql://…`, `postgres://…` or `key=value` pairs.
  ///
  /// Throws `.address`, without quoting the string: it may hold a password.
  public init(_ connectionString: String) throws(PostgresError) {
    // Safety: libpq returns an array that ends at a null keyword and belongs to us until PQconninfoFree.
    guard let options = unsafe PQconninfoParse(connectionString, nil) else {
      throw PostgresError(
        .address, operation: "read the target's address", message: "it is no valid PostgreSQL connection string",
        hint: "write postgresql://user@host:port/database or postgresql:host=… dbname=…")
    }
    defer { unsafe PQconninfoFree(options) }
    values = [:]
    for (keyword, value) in unsafe Self.read(options) { values[keyword] = value }
    var inherited: [String: String] = [:]
    if let defaults = unsafe PQconndefaults() {
      for (keyword, value) in unsafe Self.read(defaults) { inherited[keyword] = value }
      unsafe PQconninfoFree(defaults)
    }
    let givenMode = values["sslmode"] ?? Self.environment("PGSSLMODE")
    choosesTLSMode = givenMode != nil
    let isLocal =
      Self.areLocal(host: values["host"] ?? (values["hostaddr"] == nil ? inherited["host"] : nil))
      && Self.areLocal(host: values["hostaddr"] ?? inherited["hostaddr"])
    if givenMode == nil, values["service"] == nil, !isLocal { requireVerifiedTLS() }
    // A dead peer is noticed within about a minute, whatever the system's defaults are.
    let defaults = [
      "connect_timeout": "10", "keepalives_idle": "30", "keepalives_interval": "10", "keepalives_count": "3",
      "tcp_user_timeout": "60000",
    ]
    for (keyword, value) in defaults where values[keyword] == nil { values[keyword] = value }
    values["client_encoding"] = "UTF8"
    values["fallback_application_name"] = "wheelspool"
  }

  /// The host, port, database and user as far as they are given: for messages.
  public var description: String {
    var parts: [String] = []
    for keyword in ["host", "hostaddr", "port", "dbname", "user", "service"] {
      if let value = values[keyword] { parts.append("\(keyword)=\(value)") }
    }
    return parts.isEmpty ? "local server" : PostgresError.oneLine(parts.joined(separator: " "))
  }

  /// The seconds that making a connection may take.
  var connectSeconds: Int { max(values["connect_timeout"].flatMap { Int($0) } ?? 10, 2) }

  /// Asks for TLS with a certificate that names the host, from an authority the system trusts.
  mutating func requireVerifiedTLS() {
    values["sslmode"] = "verify-full"
    let hasOwnRoot = values["sslrootcert"] != nil || Self.environment("PGSSLROOTCERT") != nil
    let personal = Self.environment("HOME").map { $0 + "/.postgresql/root.crt" }
    guard !hasOwnRoot, !(personal.map { unsafe access($0, R_OK) == 0 } ?? false) else { return }
    // libpq 15 knows no authority by itself; the system's bundle is what users expect.
    let bundles = ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"]
    if let bundle = bundles.first(where: { unsafe access($0, R_OK) == 0 }) { values["sslrootcert"] = bundle }
  }

  /// Whether every host of a comma-separated list is this machine: none, a socket's folder, or a loopback name.
  static func areLocal(host: String?) -> Bool {
    guard let host else { return true }
    return host.split(separator: ",", omittingEmptySubsequences: false).allSatisfy { name in
      let lower = name.lowercased()
      return lower.isEmpty || lower.hasPrefix("/") || lower.hasPrefix("@") || lower == "localhost" || lower == "::1"
        || isLoopbackV4(lower)
    }
  }

  private static func isLoopbackV4(_ text: String) -> Bool {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
  }

  private static func environment(_ name: String) -> String? {
    guard let value = unsafe getenv(name) else { return nil }
    let text = unsafe String(cString: value)
    return text.isEmpty ? nil : text
  }

  // Safety: the caller passes libpq's own array, alive during the call, ended by a null keyword.
  static func read(_ options: UnsafeMutablePointer<PQconninfoOption>) -> [(String, String)] {
    var pairs: [(String, String)] = []
    var at = unsafe options
    while let keyword = unsafe at.pointee.keyword {
      if let value = unsafe at.pointee.val { unsafe pairs.append((String(cString: keyword), String(cString: value))) }
      unsafe at += 1
    }
    return pairs
  }
}
