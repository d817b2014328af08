/// The five-character code by which PostgreSQL classifies an error. Counterpart: `PG_DIAG_SQLSTATE`.
public struct SQLState: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
  /// The code, such as `40001`.
  public let rawValue: String

  /// Wraps a code; unknown ones survive.
  public init(rawValue: String) { self.rawValue = rawValue }

  /// The code.
  public var description: String { rawValue }

  /// The class: the code's first two characters.
  public var category: String { String(rawValue.prefix(2)) }

  /// Whether the same statements may succeed when they are sent again: serialisation failures, deadlocks, a server
  /// that shuts down or starts up, exhausted resources, connection trouble.
  public var isTransient: Bool {
    switch category {
    case "08", "53": true
    case "40": rawValue == "40001" || rawValue == "40P01"
    case "57": rawValue.hasPrefix("57P0")
    case "25": rawValue == "25P03" || rawValue == "25P04"
    default: false
    }
  }

  /// Whether the server refused a value that was sent: its form (22…), its size or depth (54…).
  public var isRefusedValue: Bool { category == "22" || category == "54" }

  /// A schema that does not exist.
  public static let invalidSchemaName = SQLState(rawValue: "3F000")
  /// A table that does not exist.
  public static let undefinedTable = SQLState(rawValue: "42P01")
  /// A right that the role does not have.
  public static let insufficientPrivilege = SQLState(rawValue: "42501")
  /// A lock that could not be had in time.
  public static let lockNotAvailable = SQLState(rawValue: "55P03")
}
