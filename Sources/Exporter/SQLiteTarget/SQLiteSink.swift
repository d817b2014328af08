import Digest
import SQLite
import WheelModel

/// A SQLite file as the target of an export: one writer at a time, readers at any time (write-ahead log).
final class SQLiteSink: Sink {
  let path: String
  let options: ExportOptions
  let storeID: String
  let observer: any ExportObserver
  let shouldStop: () -> Bool
  var database: Database?
  var statements: [String: Statement] = [:]
  var batch: SQLiteBatch?

  init(
    path: String, options: ExportOptions, storeID: String, observer: any ExportObserver,
    shouldStop: @escaping () -> Bool
  ) {
    self.path = path
    self.options = options
    self.storeID = storeID
    self.observer = observer
    self.shouldStop = shouldStop
  }

  func open() throws {
    guard database == nil else { return }
    do {
      try with(try connect(.write)) { database in
        // Another program's file is left as it is, to the last byte of its head.
        database.setBusyTimeout(milliseconds: Int(min(options.lockTimeout, 86_400) * 1000))
        _ = try version()
        database.setBusyTimeout(milliseconds: 0)
        // FULL: a commit that was reported survives a power cut.
        try untilUnlocked { try database.run("PRAGMA journal_mode = WAL", operation: "open the target") }
        try database.run("PRAGMA synchronous = FULL; PRAGMA cache_size = -4096", operation: "open the target")
        try migrate(database)
        try checkColumns()
      }
    } catch {
      close()
      throw error
    }
  }

  func openForReading() throws -> Int? {
    guard database == nil else { return try version() }
    guard OutputFile.exists(path) else { return nil }
    _ = try connect(.read)
    database?.setBusyTimeout(milliseconds: 5000)
    let version = try version()
    if version != nil { try checkColumns() }
    return version
  }

  func close() {
    batch = nil
    statements = [:]
    database = nil
  }

  // MARK: - The connection

  private func connect(_ mode: Database.Mode) throws -> Database {
    guard !OutputFile.isSpecial(path) else {
      throw ExportError(
        .targetFailed, .foreignFile, operation: "open the target file", cause: "it is no regular file",
        hint: "use another file")
    }
    do throws(SQLiteError) {
      let opened = try Database(path: path, mode: mode)
      database = opened
      return opened
    } catch { throw Self.translate(error) }
  }

  /// Runs `body` with the open database, in this exporter's errors.
  func with<R>(_ body: (Database) throws -> R) throws -> R {
    guard let database else {
      throw ExportError(.targetFailed, .unreachable, operation: "use the target", cause: "it is not open")
    }
    return try with(database, body)
  }

  private func with<R>(_ database: Database, _ body: (Database) throws -> R) throws -> R {
    do { return try body(database) } catch { throw Self.translate(error) }
  }

  /// Runs one of a few statements, which is compiled once.
  @discardableResult
  func run(_ sql: String, _ values: consuming [Value] = [], operation: String = "write the target") throws -> Int {
    try statement(sql, operation).run(consume values)
  }

  func statement(_ sql: String, _ operation: String) throws -> Statement {
    if let statement = statements[sql] { return statement }
    let statement = try with { try $0.prepare(sql, operation: operation) }
    statements[sql] = statement
    return statement
  }

  /// Tries again while another connection holds the lock, until `lockTimeout`.
  func untilUnlocked(_ body: () throws -> Void) throws {
    let deadline = Clock.seconds + options.lockTimeout
    var hasWaited = false
    while true {
      do { return try body() } catch let error as SQLiteError where error.code == .busy || error.code == .locked {
        if !hasWaited { observer.waitingForLock() }
        hasWaited = true
        guard Clock.seconds < deadline else {
          throw ExportError(
            .locked, .locked, operation: error.operation, cause: "another process is writing the file",
            hint: "wait for it, or raise --lock-timeout")
        }
        try Clock.sleep(seconds: 0.05, shouldStop: shouldStop)
      }
    }
  }

  // MARK: - The tables

  private func version() throws -> Int? {
    try with { database in
      var (exists, isForeign) = (false, false)
      // One statement, so that it sees another export's first commit as a whole.
      let names = Table.all.map { "'\($0.name)'" }.joined(separator: ", ")
      let head = """
        SELECT coalesce(sum(lower(name) = '\(Table.schemaVersion.name)'), 0), count(*),
          (SELECT user_version FROM pragma_user_version)
        FROM sqlite_master WHERE type = 'table' AND lower(name) IN (\(names))
        """
      try database.prepare(head, operation: "look for the target's tables").forEachRow { row in
        exists = row.integer(0) > 0
        isForeign = !exists && (row.integer(1) > 0 || row.integer(2) != 0)
        return false
      }
      guard !isForeign else {
        throw ExportError(
          .targetFailed, .foreignFile, operation: "open the target file",
          cause: "it is a database of another program", hint: "use another file")
      }
      guard exists else { return nil }
      var version = 0
      let newest = "SELECT coalesce(max(version), 0) FROM schema_version"
      try database.prepare(newest, operation: "read the tables' version").forEachRow { row in
        version = Int(clamping: row.integer(0))
        return false
      }
      // The file's header says the same; whichever is newer counts.
      try database.prepare("PRAGMA user_version", operation: "read the tables' version").forEachRow { row in
        version = max(version, Int(clamping: row.integer(0)))
        return false
      }
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
    var present: [String: Set<String>] = [:]
    try with { database in
      try database.prepare(
        "SELECT m.name, c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type IN ('table', 'view')",
        operation: "look at the target's tables"
      ).forEachRow { row in
        present[row.string(0) ?? "", default: []].insert(row.string(1) ?? "")
        return true
      }
    }
    try Table.check(present)
  }

  private func migrate(_ database: Database) throws {
    if try version() == Table.currentVersion { return }
    try untilUnlocked { try database.run("BEGIN IMMEDIATE", operation: "make the tables") }
    do {
      let version = try version() ?? 0
      for statement in SQLiteSchema.migrations[version...].flatMap({ $0 }) {
        try database.run(statement, operation: "make the tables")
      }
      if version < Table.currentVersion {
        try database.prepare("INSERT INTO schema_version VALUES (?, ?)", operation: "make the tables").run([
          .integer(Int64(Table.currentVersion)), .text(Clock.now.rfc3339),
        ])
        try database.run("PRAGMA user_version = \(Table.currentVersion)", operation: "make the tables")
      }
      try database.run("COMMIT", operation: "make the tables")
    } catch {
      try? database.rollback()
      throw error
    }
  }

  /// Says in this exporter's terms what SQLite reported; other errors stay as they are.
  static func translate(_ error: any Error) -> any Error {
    guard let error = error as? SQLiteError else { return error }
    switch error.code {
    case .busy, .locked:
      return ExportError(
        .locked, .locked, operation: error.operation, cause: "another process is writing the file",
        hint: "wait for it, or raise --lock-timeout")
    case .full:
      return ExportError(
        .localIO, .diskFull, operation: error.operation, cause: error.message, hint: "make room, then run again")
    case .cannotOpen, .readOnly, .inputOutput:
      return ExportError(
        .localIO, .inputOutput, operation: error.operation, cause: "\(error.message) (SQLITE \(error.extendedCode))",
        hint: "check the file, its folder and the disk")
    case .notADatabase:
      return ExportError(
        .targetFailed, .foreignFile, operation: error.operation, cause: "the file is no SQLite database",
        hint: "use another file")
    default:
      return ExportError(
        .targetFailed, .refused, operation: error.operation, cause: "\(error.message) (SQLITE \(error.extendedCode))")
    }
  }
}

/// What one open transaction of a SQLite target has gathered.
struct SQLiteBatch {
  let plan: BatchPlan
  var goneKeys: [RepositoryKey: [Text]] = [:]
  var result = BatchResult()
}
