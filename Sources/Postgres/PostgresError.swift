/// What went wrong between here and a PostgreSQL server.
///
/// Carries the server's primary message only: details and contexts may quote rows, and connection strings never appear.
public struct PostgresError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The kind of an error.
  public struct Code: RawRepresentable, Hashable, Sendable {
    /// The kind's text.
    public let rawValue: String

    /// Wraps a kind.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// The connection string cannot be read.
    public static let address = Code(rawValue: "address")
    /// No connection could be made.
    public static let connect = Code(rawValue: "connect")
    /// The connection broke: what was under way may or may not have happened.
    public static let connectionLost = Code(rawValue: "connectionLost")
    /// The server refused a statement; `sqlState` says why.
    public static let server = Code(rawValue: "server")
    /// The server answered something else than the statement's kind promises.
    public static let unexpected = Code(rawValue: "unexpected")
    /// COMMIT ended in a rollback because a statement before it had failed.
    public static let rolledBack = Code(rawValue: "rolledBack")
    /// The caller asked to stop.
    public static let interrupted = Code(rawValue: "interrupted")
    /// A value is larger than the protocol carries.
    public static let limit = Code(rawValue: "limit")
  }

  /// The kind.
  public let code: Code
  /// The server's code, if it sent one.
  public let sqlState: SQLState?
  /// What was being done.
  public let operation: String
  /// What the server or the library says: one line, without secrets, at most 300 bytes.
  public let message: String
  /// What to do about it.
  public let hint: String?

  /// Makes an error of its parts.
  public init(
    _ code: Code, sqlState: SQLState? = nil, operation: String, message: String, hint: String? = nil
  ) {
    self.code = code
    self.sqlState = sqlState
    self.operation = operation
    self.message = Self.oneLine(message)
    self.hint = hint
  }

  /// Whether a new attempt, on a new connection, may succeed.
  public var isTransient: Bool {
    // A server that answered and refused has said why; without its word it may be the network.
    if code == .connect { return sqlState?.isTransient ?? true }
    if code == .connectionLost || code == .rolledBack { return true }
    return sqlState?.isTransient ?? false
  }

  /// Whether the server refused a value that was sent, rather than the statement.
  public var isRefusedValue: Bool {
    if code == .limit { return true }
    guard let sqlState else { return false }
    if sqlState.isRefusedValue { return true }
    // A value near the 1 GB limit is refused by the server's allocator, under the code for internal errors.
    return sqlState.rawValue == "XX000" && message.hasPrefix("invalid memory alloc request size")
  }

  /// The operation, the message and the server's code, in one line.
  public var description: String {
    let state = sqlState.map { " (SQLSTATE \($0))" } ?? ""
    return "\(operation): \(message)\(state)"
  }

  static func oneLine(_ text: String) -> String {
    var line = ""
    for scalar in text.unicodeScalars {
      guard line.utf8.count < 300 else { break }
      if scalar == "\n" || scalar == "\r" || scalar == "\t" {
        if line.last != " " { line.append(" ") }
      } else if scalar.value >= 0x20, !(0x7f...0x9f).contains(scalar.value) {
        line.unicodeScalars.append(scalar)
      }
    }
    while line.last == " " { line.removeLast() }
    return line
  }
}
