import CSQLite

/// A value for a statement.
public enum Value: Sendable, Equatable {
  /// No value.
  case null
  /// A number.
  case integer(Int64)
  /// UTF-8 text; it may hold NUL.
  case text(String)
  /// UTF-8 text given as bytes.
  case textBytes([UInt8])
  /// Bytes.
  case blob([UInt8])
  /// So many zero bytes, to be filled through a `Blob`.
  case zeroBlob(Int)
}

/// One compiled statement of a database. Counterpart: `sqlite3_stmt`.
@safe
public final class Statement {
  private let handle: OpaquePointer
  private let database: Database
  private let operation: String

  // Safety: the caller hands over a statement of `database` that nobody else finalizes.
  init(taking handle: OpaquePointer, of database: Database, operation: String) {
    unsafe self.handle = handle
    self.database = database
    self.operation = operation
  }

  deinit { unsafe sqlite3_finalize(handle) }

  /// Binds all values, from the first on, and runs the statement to its end, dropping rows. Returns the rows changed.
  @discardableResult
  public func run(_ values: consuming [Value] = []) throws(SQLiteError) -> Int {
    try forEachRow(consume values) { _ in false }
    return database.changes
  }

  /// Binds all values and calls `body` for each row until it returns false. The statement is reset in any case.
  ///
  /// SQLite has a copy of each value while it runs; given away by the caller, the values are not kept a second time.
  public func forEachRow(
    _ values: consuming [Value] = [], _ body: (borrowing Row) throws(SQLiteError) -> Bool
  ) throws(SQLiteError) {
    // Safety: the handle is alive as long as `self`.
    defer {
      unsafe sqlite3_reset(handle)
      unsafe sqlite3_clear_bindings(handle)
    }
    for index in values.indices { try bind(values[index], at: CInt(clamping: index + 1)) }
    values = []
    var isWanted = true
    while true {
      let status = unsafe sqlite3_step(handle)
      if status == SQLITE_DONE { return }
      guard status == SQLITE_ROW else { throw database.failure(status, operation) }
      if isWanted { isWanted = try body(unsafe Row(statement: handle)) }
      // A statement that changes rows must run to its end, whatever rows it returns.
      if !isWanted, unsafe sqlite3_stmt_readonly(handle) != 0 { return }
    }
  }

  private func bind(_ value: Value, at index: CInt) throws(SQLiteError) {
    let status: CInt
    switch value {
    case .null: status = unsafe sqlite3_bind_null(handle, index)
    case .integer(let number): status = unsafe sqlite3_bind_int64(handle, index, number)
    case .text(let string): status = bindText(Array(string.utf8), at: index)
    case .textBytes(let bytes): status = bindText(bytes, at: index)
    case .blob(let bytes):
      // Safety: SQLite copies the bytes before it returns. An empty array still needs an address, or it would be NULL.
      status = unsafe bytes.withUnsafeBytes { buffer in
        if bytes.isEmpty { return unsafe sqlite3_bind_zeroblob(handle, index, 0) }
        return unsafe csqlite_bind_blob(handle, index, buffer.baseAddress, UInt64(buffer.count))
      }
    case .zeroBlob(let count): status = unsafe sqlite3_bind_zeroblob64(handle, index, UInt64(clamping: count))
    }
    guard status == SQLITE_OK else { throw database.failure(status, operation) }
  }

  private func bindText(_ bytes: [UInt8], at index: CInt) -> CInt {
    // Safety: SQLite copies the bytes before it returns. The text "" stands for an array without an address.
    return unsafe bytes.withUnsafeBytes { buffer in
      if bytes.isEmpty { return unsafe csqlite_bind_text(handle, index, "", 0) }
      return unsafe csqlite_bind_text(handle, index, buffer.baseAddress, UInt64(buffer.count))
    }
  }
}

/// The row a statement stands at, during one call of a closure. Columns count from 0.
@safe
public struct Row: ~Copyable {
  private let statement: OpaquePointer

  // Safety: the row is lent to a closure while its statement stands still.
  init(statement: OpaquePointer) { unsafe self.statement = statement }

  /// Whether the field is NULL.
  public func isNull(_ column: Int) -> Bool { unsafe sqlite3_column_type(statement, CInt(column)) == SQLITE_NULL }

  /// Returns a number; 0 for NULL.
  public func integer(_ column: Int) -> Int64 { unsafe sqlite3_column_int64(statement, CInt(column)) }

  /// Returns text; nil is NULL.
  public func string(_ column: Int) -> String? {
    withBytes(column) { bytes in
      // Safety: copied while the row is alive.
      unsafe bytes.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
    }
  }

  /// Lends the bytes of a text or blob during `body`; nil, without calling it, for NULL. Counterpart: `sqlite3_column_blob`.
  public func withBytes<R>(_ column: Int, _ body: (Span<UInt8>) throws -> R) rethrows -> R? {
    guard !isNull(column) else { return nil }
    // Safety: the pointer is valid until the next step, which cannot happen during this call; blob before bytes, as
    // the manual asks.
    let start = unsafe sqlite3_column_blob(statement, CInt(column))
    let count = Int(unsafe sqlite3_column_bytes(statement, CInt(column)))
    let buffer = unsafe UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : count)
    return try body(unsafe Span(_unsafeBytes: buffer))
  }
}
