import CPQ

/// The server's answer to one statement: its status, and rows in text form. Counterpart: `PGresult`.
@safe
public final class QueryResult {
  private let handle: OpaquePointer

  // Safety: the caller hands over a result that nobody else clears.
  init(taking handle: OpaquePointer) { unsafe self.handle = handle }

  deinit { unsafe PQclear(handle) }

  var status: ExecStatusType { unsafe PQresultStatus(handle) }

  /// The number of rows.
  public var rowCount: Int { Int(unsafe PQntuples(handle)) }

  /// The number of columns.
  public var columnCount: Int { Int(unsafe PQnfields(handle)) }

  /// What was done, such as `UPDATE 1` or `COMMIT`. Counterpart: `PQcmdStatus`.
  public var tag: String {
    guard let text = unsafe PQcmdStatus(handle) else { return "" }
    return unsafe String(cString: text)
  }

  /// How many rows the statement changed, or sent. Counterpart: `PQcmdTuples`.
  public var affectedRows: Int {
    guard let text = unsafe PQcmdTuples(handle) else { return 0 }
    return Int(unsafe String(cString: text)) ?? 0
  }

  /// Returns a field's text; nil is NULL. Rows and columns count from 0.
  public func string(_ row: Int, _ column: Int) -> String? {
    withBytes(row, column) { bytes in
      // Safety: the copy is made while the result is alive.
      unsafe bytes.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
    }
  }

  /// Returns a field's number; nil is NULL or no number.
  public func integer(_ row: Int, _ column: Int) -> Int64? { string(row, column).flatMap { Int64($0) } }

  /// Returns a field's truth; nil is NULL.
  public func boolean(_ row: Int, _ column: Int) -> Bool? { string(row, column).map { $0 == "t" } }

  /// Lends a field's bytes during `body`; nil, without calling it, for NULL.
  public func withBytes<R>(_ row: Int, _ column: Int, _ body: (Span<UInt8>) throws -> R) rethrows -> R? {
    precondition(row >= 0 && row < rowCount && column >= 0 && column < columnCount, "no such field in the result")
    let (row, column) = (CInt(row), CInt(column))
    guard unsafe PQgetisnull(handle, row, column) == 0, let text = unsafe PQgetvalue(handle, row, column) else {
      return nil
    }
    // Safety: libpq keeps `length` bytes there until PQclear, and `self` outlives the call.
    let buffer = unsafe UnsafeRawBufferPointer(start: text, count: Int(PQgetlength(handle, row, column)))
    return try body(unsafe Span(_unsafeBytes: buffer))
  }

  var sqlState: SQLState? {
    guard let text = unsafe cpq_result_sqlstate(handle) else { return nil }
    return unsafe SQLState(rawValue: String(cString: text))
  }

  var primaryMessage: String? {
    guard let text = unsafe cpq_result_primary_message(handle) else { return nil }
    return unsafe String(cString: text)
  }
}
