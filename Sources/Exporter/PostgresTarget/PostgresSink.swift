import Digest
import Glibc
import Postgres
import WheelModel

/// A PostgreSQL database as the target of an export.
///
/// Artifacts and package rows go by binary COPY: straight into their tables when none of the batch's artifacts is there,
/// else through a temporary table and an upsert. Small rows go by pipelined statements.
final class PostgresSink: Sink {
  let settings: ConnectionSettings
  let options: ExportOptions
  let storeID: String
  let observer: any ExportObserver
  let shouldStop: () -> Bool
  var connection: Connection?
  var schema: PostgresSchema
  var batch: PostgresBatch?
  private var nesting = 0

  init(
    settings: ConnectionSettings, options: ExportOptions, storeID: String, observer: any ExportObserver,
    shouldStop: @escaping () -> Bool
  ) throws(ExportError) {
    self.settings = settings
    self.options = options
    self.storeID = storeID
    self.observer = observer
    self.shouldStop = shouldStop
    schema = try PostgresSchema(schema: options.schema, documentType: options.documentType ?? .json, usesLZ4: true)
  }

  func open() throws {
    guard connection == nil else { return }
    try connect()
    do {
      try lock()
      try migrate()
      // Another exporter may have made the tables since the session was prepared.
      try describeTables()
      try checkColumns()
    } catch {
      close()
      throw error
    }
  }

  func openForReading() throws -> Int? {
    try connect()
    let version = try tableVersion()
    if version != nil { try checkColumns() }
    return version
  }

  func close() {
    batch = nil
    connection = nil
  }

  // MARK: - The session

  /// The open session.
  var session: Connection {
    get throws {
      guard let connection else {
        throw ExportError(
          .targetFailed, .unreachable, operation: "use the target", cause: "it is not connected", isTransient: true)
      }
      return connection
    }
  }

  /// Runs `body` with the open session, in this exporter's errors; inside another such body, in the session's own.
  func with<R>(_ body: (Connection) throws -> R) throws -> R {
    let session = try session
    nesting += 1
    defer { nesting -= 1 }
    do { return try body(session) } catch let error as PostgresError {
      if nesting > 1 { throw error }
      throw Self.translate(error)
    }
  }

  private func connect() throws {
    guard connection == nil else { return }
    do {
      let opened = try Connection(settings, shouldStop: shouldStop)
      connection = opened
      // Names are resolved in the catalog only: no object of another schema can stand in for a function of ours.
      let seconds = max(Int(min(options.lockTimeout, 86_400)), 1)
      _ = try opened.pipeline(
        [
          Statement("SELECT set_config('search_path', 'pg_catalog', false)"),
          Statement("SELECT set_config('statement_timeout', '0', false)"),
          Statement("SELECT set_config('lock_timeout', '\(seconds)s', false)"),
        ], operation: "prepare the session")
      try describeTables()
    } catch let error as PostgresError {
      close()
      throw Self.translate(error)
    } catch {
      close()
      throw error
    }
  }

  private func describeTables() throws {
    schema = try PostgresSchema(
      schema: options.schema, documentType: try presentType() ?? options.documentType ?? .json,
      usesLZ4: try offersLZ4())
  }

  private func offersLZ4() throws -> Bool {
    try with { session in
      let answer = try session.query(
        "SELECT 'lz4' = ANY (enumvals) FROM pg_settings WHERE name = 'default_toast_compression'",
        operation: "ask for compression")
      return answer.rowCount == 1 && answer.boolean(0, 0) == true
    }
  }

  /// The type of the document columns that are there.
  private func presentType() throws -> DocumentType? {
    try with { session in
      let answer = try session.query(
        """
        SELECT format_type(a.atttypid, NULL) FROM pg_attribute a
        JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = $1 AND c.relname = 'artifacts' AND a.attname = 'dependency_graph' AND NOT a.attisdropped
        """, [.text(options.schema)], operation: "read the document columns' type")
      guard answer.rowCount == 1, let name = answer.string(0, 0) else { return nil }
      guard let type = DocumentType(rawValue: name) else {
        throw ExportError(
          .targetFailed, .schema, operation: "read the target's tables", cause: "document columns are of type \(name)",
          hint: "use another --schema")
      }
      guard let wanted = options.documentType, wanted != type else { return type }
      throw ExportError(
        .usage, .option, operation: "read --document-type", cause: "the target's columns are of type \(type.rawValue)",
        hint: "leave the option out, or use another --schema")
    }
  }

  // MARK: - The lock

  /// A number for an advisory lock on something of this schema.
  func lockNumber(_ parts: String...) -> Int64 {
    var text = Array("wheelspool".utf8)
    for part in [options.schema] + parts {
      text.append(0)
      text.append(contentsOf: part.utf8)
    }
    return SHA256.hash(text.span).bytes[..<8].reduce(0) { $0 << 8 | Int64($1) }
  }

  private func lock() throws {
    try with { session in
      let number = lockNumber("store", storeID)
      let deadline = Clock.seconds + options.lockTimeout
      var hasWaited = false
      while true {
        let answer = try session.query(
          "SELECT pg_try_advisory_lock($1)", [.integer(number)], operation: "lock the target")
        if answer.boolean(0, 0) == true { return }
        if !hasWaited { observer.waitingForLock() }
        hasWaited = true
        guard Clock.seconds < deadline else {
          throw ExportError(
            .locked, .locked, operation: "lock the target", cause: "another export of this store is at work on it",
            hint: "wait for it, or raise --lock-timeout")
        }
        try Clock.sleep(seconds: 0.2, shouldStop: shouldStop)
      }
    }
  }

  // MARK: - The tables

  /// The version of the tables that are there; nil when there are none.
  func tableVersion() throws -> Int? {
    try with { session in
      let exists = try session.query(
        """
        SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = $1 AND c.relname = 'schema_version'
        """, [.text(options.schema)], operation: "look for the target's tables")
      guard exists.rowCount > 0 else { return nil }
      let answer = try session.query(
        "SELECT coalesce(max(version), 0) FROM \(schema.name(.schemaVersion))", operation: "read the tables' version")
      let version = answer.integer(0, 0).flatMap { Int(exactly: $0) } ?? 0
      guard version <= Table.currentVersion else {
        throw ExportError(
          .targetFailed, .schema, operation: "read the target's tables",
          cause: "they are of version \(version), this program knows \(Table.currentVersion)",
          hint: "use a newer wheelspool")
      }
      return version == 0 ? nil : version
    }
  }

  private func checkColumns() throws {
    try with { session in
      let answer = try session.query(
        """
        SELECT c.relname, a.attname FROM pg_attribute a
        JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = $1 AND c.relname = ANY ($2) AND a.attnum > 0 AND NOT a.attisdropped
        """, [.text(options.schema), .textArray(Table.all.map(\.name))], operation: "look at the target's tables")
      var present: [String: Set<String>] = [:]
      for row in 0..<answer.rowCount {
        present[answer.string(row, 0) ?? "", default: []].insert(answer.string(row, 1) ?? "")
      }
      try Table.check(present)
    }
  }

  private func migrate() throws {
    if try tableVersion() == Table.currentVersion { return }
    try with { session in
      try session.query("BEGIN", operation: "make the tables")
      // Two first exports at once: the second waits here and finds the tables made.
      try session.query(
        "SELECT pg_advisory_xact_lock($1)", [.integer(lockNumber("schema"))], operation: "make the tables")
      let version = try tableVersion() ?? 0
      let schemas = try session.query(
        "SELECT 1 FROM pg_namespace WHERE nspname = $1", [.text(options.schema)], operation: "make the tables")
      if schemas.rowCount == 0 { try session.run("CREATE SCHEMA \(schema.schema)", operation: "make the schema") }
      for statement in schema.migrations[version...].flatMap({ $0 }) {
        try session.run(statement, operation: "make the tables")
      }
      if version < Table.currentVersion {
        try session.query(
          "INSERT INTO \(schema.name(.schemaVersion)) (version, applied_at) VALUES ($1, now())",
          [.integer(Int64(Table.currentVersion))], operation: "make the tables")
      }
      try session.commit(operation: "make the tables")
    }
  }

  /// Says in this exporter's terms what the server or libpq reported.
  static func translate(_ error: PostgresError) -> ExportError {
    if error.code == .interrupted {
      return ExportError(.targetFailed, .interrupted, operation: error.operation, cause: error.message)
    }
    if error.sqlState == .lockNotAvailable {
      return ExportError(
        .locked, .locked, operation: error.operation, cause: "another session holds a lock on the target's rows",
        hint: "wait for it, or raise --lock-timeout")
    }
    let state = error.sqlState.map { " (SQLSTATE \($0))" } ?? ""
    if error.isRefusedValue {
      return ExportError(
        .targetFailed, .refusedValue, operation: error.operation, cause: error.message + state)
    }
    let code: ExportError.Code = error.code == .connect && error.sqlState == nil ? .unreachable : .refused
    return ExportError(
      .targetFailed, code, operation: error.operation, cause: error.message + state,
      hint: error.sqlState.flatMap(hint) ?? error.hint, isTransient: error.isTransient)
  }

  /// What to do about a refusal, where the server's code tells.
  private static func hint(_ state: SQLState) -> String? {
    switch state.rawValue {
    case "42501": "grant the role the rights that docs/postgres.md lists, or run --print-schema as the owner"
    case "42P01", "42703", "42704", "42804", "42P07", "42P10", "3F000", "23502", "23505", "23514":
      "the tables are not as --print-schema shows them: mend them, or use another --schema"
    case "25006": "the server is read-only: name the primary, or wait until it is writable"
    case "57014": "a time-out or an administrator cancelled the statement: run again, with a smaller --batch"
    case "53100": "make room on the server, then run again"
    case "53300": "raise max_connections or wait, then run again"
    default: nil
    }
  }
}
