public import Postgres

/// Where an export goes: a PostgreSQL database, a SQLite file, or lines of JSON. Prints no secrets.
public enum TargetAddress: Sendable, CustomStringConvertible {
  /// A PostgreSQL database.
  case postgres(ConnectionSettings)
  /// A SQLite file at a path.
  case sqlite(path: String)
  /// A file of JSON lines at a path.
  case ndjson(path: String)
  /// JSON lines on standard output.
  case standardOutput

  /// Reads `postgresql://…`, `postgresql:CONNINFO`, `sqlite:PATH`, `ndjson:PATH` or `ndjson:-`.
  ///
  /// Throws kind `usage`, without quoting the text: it may hold a password.
  public static func parse(_ text: String) throws(ExportError) -> TargetAddress {
    if text.hasPrefix("postgresql://") || text.hasPrefix("postgres://") { return try postgres(text) }
    if let rest = rest(of: text, after: "postgresql:") { return try postgres(rest) }
    if let path = rest(of: text, after: "sqlite:") { return .sqlite(path: try checked(path)) }
    if let path = rest(of: text, after: "ndjson:") {
      return path == "-" ? .standardOutput : .ndjson(path: try checked(path))
    }
    throw ExportError(
      .usage, .address, operation: "read the target's address", cause: "its kind is not known",
      hint: "use postgresql://…, postgresql:CONNINFO, sqlite:PATH, ndjson:PATH or ndjson:-")
  }

  /// The kind and the place, without user info that could be secret.
  public var description: String {
    switch self {
    case .postgres(let settings): "postgresql (\(settings))"
    case .sqlite(let path): "sqlite:" + path
    case .ndjson(let path): "ndjson:" + path
    case .standardOutput: "ndjson:-"
    }
  }

  private static func postgres(_ text: String) throws(ExportError) -> TargetAddress {
    do throws(PostgresError) { return .postgres(try ConnectionSettings(text)) } catch {
      throw ExportError(.usage, .address, operation: error.operation, cause: error.message, hint: error.hint)
    }
  }

  private static func checked(_ path: String) throws(ExportError) -> String {
    guard !path.isEmpty, !path.utf8.contains(0) else {
      throw ExportError(
        .usage, .address, operation: "read the target's address", cause: "the path is empty or holds a NUL")
    }
    return path
  }

  private static func rest(of text: String, after prefix: String) -> String? {
    text.hasPrefix(prefix) ? String(text.dropFirst(prefix.count)) : nil
  }
}
