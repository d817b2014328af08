import CPQ

/// One statement with its values.
public struct Statement: Sendable {
  /// The SQL, with `$1`, `$2` … for the values.
  public let sql: String
  /// The values.
  public let parameters: [Parameter]

  /// Makes a statement.
  public init(_ sql: String, _ parameters: [Parameter] = []) {
    self.sql = sql
    self.parameters = parameters
  }
}

extension Connection {
  /// Runs SQL that may hold several statements and takes no values. Counterpart: `PQsendQuery`.
  public func run(_ sql: String, operation: String) throws(PostgresError) {
    guard unsafe PQsendQuery(handle, sql) == 1 else { throw lost(operation) }
    try flush(operation)
    var firstFailure: PostgresError?
    while let result = try nextResult(operation) {
      if result.status == PGRES_FATAL_ERROR, firstFailure == nil { firstFailure = failure(result, operation) }
    }
    if let firstFailure { throw firstFailure }
  }

  /// Runs one statement and returns its answer, rows in text form. Counterpart: `PQsendQueryParams`.
  @discardableResult
  public func query(_ statement: Statement, operation: String) throws(PostgresError) -> QueryResult {
    try send(statement, operation: operation)
    try flush(operation)
    let answer = try nextResult(operation)
    while try nextResult(operation) != nil {}
    guard let answer else { throw lost(operation) }
    return try checked(answer, operation)
  }

  /// Runs one statement given as text.
  @discardableResult
  public func query(
    _ sql: String, _ parameters: [Parameter] = [], operation: String
  ) throws(PostgresError) -> QueryResult {
    try query(Statement(sql, parameters), operation: operation)
  }

  /// Sends all statements without waiting in between and returns their answers, in order. Counterpart: pipeline mode.
  ///
  /// Throws the first failure, after which the server has run none of the later ones. Outside a transaction block the
  /// statements are one transaction.
  public func pipeline(_ statements: [Statement], operation: String) throws(PostgresError) -> [QueryResult] {
    guard !statements.isEmpty else { return [] }
    guard unsafe PQenterPipelineMode(handle) == 1 else { throw lost(operation) }
    for statement in statements {
      try send(statement, operation: operation)
      try flush(operation)
    }
    guard unsafe PQpipelineSync(handle) == 1 else { throw lost(operation) }
    try flush(operation)
    var answers: [QueryResult] = []
    answers.reserveCapacity(statements.count)
    var firstFailure: PostgresError?
    while true {
      // A nil ends one statement's answers; only the sync point ends the pipeline's.
      guard let result = try nextResult(operation) else {
        if unsafe PQstatus(handle) == CONNECTION_BAD { throw lost(operation) }
        continue
      }
      if result.status == PGRES_PIPELINE_SYNC { break }
      guard firstFailure == nil else { continue }
      do throws(PostgresError) { answers.append(try checked(result, operation)) } catch { firstFailure = error }
      if firstFailure?.code == .connectionLost { break }
    }
    if let firstFailure {
      if firstFailure.code != .connectionLost { _ = unsafe PQexitPipelineMode(handle) }
      throw firstFailure
    }
    guard unsafe PQexitPipelineMode(handle) == 1 else { throw lost(operation) }
    guard answers.count == statements.count else {
      throw PostgresError(.unexpected, operation: operation, message: "the server sent too few answers")
    }
    return answers
  }

  /// Ends the transaction, and checks that the server did commit: after a failure it says success to a rollback.
  public func commit(operation: String) throws(PostgresError) {
    let answer = try query("COMMIT", operation: operation)
    guard answer.tag == "COMMIT" else {
      throw PostgresError(.rolledBack, operation: operation, message: "the server rolled the transaction back")
    }
  }

  /// Gives the open transaction up, if there is one. Broken sessions are left alone: the server rolls back by itself.
  public func rollback() throws(PostgresError) {
    guard !isIdle, unsafe PQstatus(handle) == CONNECTION_OK else { return }
    try query("ROLLBACK", operation: "roll back")
  }

  func checked(_ result: QueryResult, _ operation: String) throws(PostgresError) -> QueryResult {
    switch result.status {
    case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY: return result
    case PGRES_FATAL_ERROR: throw failure(result, operation)
    default:
      throw PostgresError(.unexpected, operation: operation, message: "the server sent an answer of another kind")
    }
  }

  private func send(_ statement: Statement, operation: String) throws(PostgresError) {
    let parameters = statement.parameters
    guard parameters.count <= 65_535, parameters.allSatisfy({ ($0.bytes?.count ?? 0) < 1 << 30 }) else {
      throw PostgresError(.limit, operation: operation, message: "a value is over 1 GiB, or there are too many")
    }
    // Safety: libpq copies the values before it returns; each pointer is taken inside the scope that keeps its array.
    let status = unsafe withPointers(to: parameters) { values, lengths in
      unsafe PQsendQueryParams(
        handle, statement.sql, CInt(parameters.count), parameters.map { Oid($0.type) }, values, lengths,
        [CInt](repeating: 1, count: parameters.count), 0)
    }
    guard status == 1 else { throw lost(operation) }
  }

  /// Lends all values as one flat buffer's pointers: one copy more, but no nesting of closures.
  private func withPointers(
    to parameters: [Parameter], _ body: ([UnsafePointer<CChar>?], [CInt]) -> CInt
  ) -> CInt {
    var flat: [UInt8] = []
    flat.reserveCapacity(parameters.reduce(1) { $0 + ($1.bytes?.count ?? 0) })
    for parameter in parameters { if let bytes = parameter.bytes { flat.append(contentsOf: bytes) } }
    flat.append(0)
    return unsafe flat.withUnsafeBytes { buffer in
      // Safety: `flat` ends in one byte more, so that even an empty value has an address inside it.
      var values = unsafe [UnsafePointer<CChar>?]()
      var at = 0
      for parameter in parameters {
        if let bytes = parameter.bytes {
          unsafe values.append(buffer.baseAddress!.advanced(by: at).assumingMemoryBound(to: CChar.self))
          at += bytes.count
        } else {
          unsafe values.append(nil)
        }
      }
      return unsafe body(values, parameters.map { CInt(clamping: $0.bytes?.count ?? 0) })
    }
  }
}
