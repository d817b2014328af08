import CSQLite

/// What SQLite answered instead of success.
public struct SQLiteError: Error, Equatable, Sendable, CustomStringConvertible {
  /// A result code; unknown ones survive. Counterpart: the primary `SQLITE_…` codes.
  public struct Code: RawRepresentable, Hashable, Sendable {
    /// The number.
    public let rawValue: CInt

    /// Wraps a number.
    public init(rawValue: CInt) { self.rawValue = rawValue }

    /// Another connection holds the lock (`SQLITE_BUSY`).
    public static let busy = Code(rawValue: SQLITE_BUSY)
    /// Another statement of this connection holds the lock (`SQLITE_LOCKED`).
    public static let locked = Code(rawValue: SQLITE_LOCKED)
    /// The disk is full (`SQLITE_FULL`).
    public static let full = Code(rawValue: SQLITE_FULL)
    /// The system failed to read or write (`SQLITE_IOERR`).
    public static let inputOutput = Code(rawValue: SQLITE_IOERR)
    /// The file cannot be opened (`SQLITE_CANTOPEN`).
    public static let cannotOpen = Code(rawValue: SQLITE_CANTOPEN)
    /// The file or its folder cannot be written (`SQLITE_READONLY`).
    public static let readOnly = Code(rawValue: SQLITE_READONLY)
    /// The file is no database (`SQLITE_NOTADB`).
    public static let notADatabase = Code(rawValue: SQLITE_NOTADB)
    /// The file is damaged (`SQLITE_CORRUPT`).
    public static let corrupt = Code(rawValue: SQLITE_CORRUPT)
    /// A value is larger than SQLite allows (`SQLITE_TOOBIG`).
    public static let tooBig = Code(rawValue: SQLITE_TOOBIG)
    /// A constraint was violated (`SQLITE_CONSTRAINT`).
    public static let constraint = Code(rawValue: SQLITE_CONSTRAINT)
    /// The operation was interrupted (`SQLITE_INTERRUPT`).
    public static let interrupted = Code(rawValue: SQLITE_INTERRUPT)
    /// The interface was used wrongly (`SQLITE_MISUSE`).
    public static let misuse = Code(rawValue: SQLITE_MISUSE)
  }

  /// The primary code.
  public let code: Code
  /// The code with its detail. Counterpart: `sqlite3_extended_errcode`.
  public let extendedCode: CInt
  /// What was being done.
  public let operation: String
  /// What SQLite says.
  public let message: String

  /// Makes an error of its parts.
  public init(extendedCode: CInt, operation: String, message: String) {
    code = Code(rawValue: extendedCode & 0xff)
    self.extendedCode = extendedCode
    self.operation = operation
    self.message = message
  }

  /// The operation, the message and the number, in one line.
  public var description: String { "\(operation): \(message) (SQLITE \(extendedCode))" }
}
