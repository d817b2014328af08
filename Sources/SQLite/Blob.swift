import CSQLite

/// One field's bytes, read and written in place without ever being in memory as a whole. Counterpart: `sqlite3_blob`.
///
/// Close it before the transaction ends; a change of its row makes it fail with `SQLITE_ABORT`.
@safe
public final class Blob {
  private let handle: OpaquePointer
  private let database: Database
  private var isOpen = true

  /// The number of bytes; it cannot be changed here.
  public var count: Int { Int(unsafe sqlite3_blob_bytes(handle)) }

  /// Opens the field of one row. The value there must be a text or a blob. Counterpart: `sqlite3_blob_open`.
  public init(
    _ database: Database, table: String, column: String, row: Int64, isWritable: Bool
  ) throws(SQLiteError) {
    var opened: OpaquePointer?
    let status = unsafe sqlite3_blob_open(database.handle, "main", table, column, row, isWritable ? 1 : 0, &opened)
    guard status == SQLITE_OK, let opened = unsafe opened else { throw database.failure(status, "open a blob") }
    self.database = database
    unsafe handle = opened
  }

  deinit { if isOpen { unsafe sqlite3_blob_close(handle) } }

  /// Writes bytes at an offset; they must lie within the field.
  public func write(_ bytes: Span<UInt8>, at offset: Int) throws(SQLiteError) {
    guard bytes.count > 0 else { return }
    // Safety: SQLite reads `count` bytes during the call; it checks the range itself.
    let status = unsafe bytes.withUnsafeBufferPointer { buffer in
      unsafe sqlite3_blob_write(handle, buffer.baseAddress, CInt(clamping: buffer.count), CInt(clamping: offset))
    }
    guard status == SQLITE_OK else { throw database.failure(status, "write a blob") }
  }

  /// Reads `count` bytes at an offset, replacing what `buffer` holds.
  public func read(into buffer: inout [UInt8], count: Int, at offset: Int) throws(SQLiteError) {
    if buffer.count != count { buffer = [UInt8](repeating: 0, count: count) }
    guard count > 0 else { return }
    // Safety: the array has room for exactly `count` bytes.
    let status = unsafe buffer.withUnsafeMutableBytes { bytes in
      unsafe sqlite3_blob_read(handle, bytes.baseAddress, CInt(clamping: count), CInt(clamping: offset))
    }
    guard status == SQLITE_OK else { throw database.failure(status, "read a blob") }
  }

  /// Closes the field and tells whether its last write succeeded.
  public func close() throws(SQLiteError) {
    guard isOpen else { return }
    isOpen = false
    let status = unsafe sqlite3_blob_close(handle)
    guard status == SQLITE_OK else { throw database.failure(status, "close a blob") }
  }
}
