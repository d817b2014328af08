import CSQLite

/// One connection to a SQLite file, used from one thread at a time. Counterpart: `sqlite3`.
@safe
public final class Database {
  let handle: OpaquePointer

  /// How a file is opened.
  public enum Mode: Sendable {
    /// Reading only; the file must be there.
    case read
    /// Reading and writing; the file is made if it is absent.
    case write
  }

  /// Opens `path`, which is taken as a path even if it looks like a URI.
  ///
  /// Throws `.cannotOpen` when the file or its folder cannot be opened. Counterpart: `sqlite3_open_v2`.
  public init(path: String, mode: Mode) throws(SQLiteError) {
    let access = mode == .read ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
    // A leading "./" keeps names such as ":memory:" and "file:x" plain files.
    let plain = path.hasPrefix("/") ? path : "./" + path
    var opened: OpaquePointer?
    let status = unsafe sqlite3_open_v2(plain, &opened, access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nil)
    guard let opened = unsafe opened else {
      throw SQLiteError(extendedCode: status, operation: "open the database", message: "out of memory")
    }
    guard status == SQLITE_OK else {
      // Safety: the message belongs to the handle and is copied before the handle is closed.
      let message = unsafe String(cString: sqlite3_errmsg(opened))
      unsafe sqlite3_close_v2(opened)
      throw SQLiteError(extendedCode: status, operation: "open the database", message: message)
    }
    unsafe handle = opened
  }

  // Statements and blobs keep their database alive, so nothing is open any more here.
  deinit { unsafe sqlite3_close_v2(handle) }

  /// Runs SQL that may hold several statements, dropping their rows. Counterpart: `sqlite3_exec`.
  public func run(_ sql: String, operation: String) throws(SQLiteError) {
    let status = unsafe sqlite3_exec(handle, sql, nil, nil, nil)
    guard status == SQLITE_OK else { throw failure(status, operation) }
  }

  /// Compiles one statement. Counterpart: `sqlite3_prepare_v3`.
  public func prepare(_ sql: String, operation: String) throws(SQLiteError) -> Statement {
    var compiled: OpaquePointer?
    let status = unsafe sqlite3_prepare_v3(handle, sql, -1, CUnsignedInt(SQLITE_PREPARE_PERSISTENT), &compiled, nil)
    guard status == SQLITE_OK, let compiled = unsafe compiled else { throw failure(status, operation) }
    return unsafe Statement(taking: compiled, of: self, operation: operation)
  }

  /// How many rows the last statement changed. Counterpart: `sqlite3_changes64`.
  public var changes: Int { Int(unsafe sqlite3_changes64(handle)) }

  /// The row id of the last insertion. Counterpart: `sqlite3_last_insert_rowid`.
  public var lastInsertedRow: Int64 { unsafe sqlite3_last_insert_rowid(handle) }

  /// Whether a transaction is open. Counterpart: `sqlite3_get_autocommit`.
  public var isInTransaction: Bool { unsafe sqlite3_get_autocommit(handle) == 0 }

  /// Gives the open transaction up, if there is one.
  public func rollback() throws(SQLiteError) {
    if isInTransaction { try run("ROLLBACK", operation: "roll back") }
  }

  /// How long a statement waits for another connection's lock. Counterpart: `sqlite3_busy_timeout`.
  public func setBusyTimeout(milliseconds: Int) {
    _ = unsafe sqlite3_busy_timeout(handle, CInt(clamping: milliseconds))
  }

  func failure(_ status: CInt, _ operation: String) -> SQLiteError {
    // Safety: the message belongs to the handle and is copied at once.
    unsafe SQLiteError(extendedCode: status, operation: operation, message: String(cString: sqlite3_errmsg(handle)))
  }
}
