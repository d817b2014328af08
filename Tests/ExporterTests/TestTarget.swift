import Postgres
import SQLite
import TestSupport
import Testing
import WheelModel

@testable import Exporter

/// The targets that the conformance suite runs over.
enum TargetKind: String, CaseIterable, CustomTestStringConvertible {
  case postgresJSON, postgresJSONB, postgresText, sqlite, ndjson

  var testDescription: String { rawValue }
}

/// One new, empty target, and a way to read it back that is not the exporter's.
final class TestTarget {
  let kind: TargetKind
  let directory: TemporaryDirectory
  let address: TargetAddress
  let database: String?

  init(_ kind: TargetKind, template: String? = nil) throws {
    self.kind = kind
    directory = try TemporaryDirectory()
    switch kind {
    case .sqlite:
      database = nil
      address = .sqlite(path: directory.file("target.db"))
    case .ndjson:
      database = nil
      address = .ndjson(path: directory.file("target.ndjson"))
    default:
      let server = try PostgresServer.shared()
      let name = try server.makeDatabase(options: template.map { "TEMPLATE " + $0 } ?? "")
      database = name
      address = try TargetAddress.parse("postgresql:" + server.connectionString(database: name))
    }
  }

  func options(_ change: (inout ExportOptions) -> Void = { _ in }) -> ExportOptions {
    var options = ExportOptions()
    options.lockTimeout = 0.3
    switch kind {
    case .postgresJSON: options.documentType = .json
    case .postgresJSONB: options.documentType = .jsonb
    case .postgresText: options.documentType = .text
    default: break
    }
    change(&options)
    return options
  }

  func sink(of source: MemorySource, _ options: ExportOptions? = nil) throws -> any Sink {
    try Exporter.makeSink(address, source.storeID, options ?? self.options(), SilentExport(), { false })
  }

  /// Exports everything from `source`.
  @discardableResult
  func export(
    _ source: MemorySource, _ change: (inout ExportOptions) -> Void = { _ in }
  ) throws -> ExportSummary {
    let options = options(change)
    return try Replay(
      source: source, sink: sink(of: source, options), options: options, observer: SilentExport(),
      shouldStop: { false }
    ).run()
  }

  func verify(
    _ source: MemorySource, readsData: Bool = true, _ change: (inout ExportOptions) -> Void = { _ in }
  ) throws -> TargetVerification {
    let options = options(change)
    return try Comparison(
      source: source, sink: sink(of: source, options), options: options, shouldStop: { false }
    ).verify(readsData: readsData, subset: nil)
  }

  func status(_ source: MemorySource) throws -> TargetStatus {
    try Comparison(source: source, sink: sink(of: source), options: options(), shouldStop: { false }).status()
  }

  func psql(_ sql: String) throws -> String {
    try PostgresServer.shared().psql("SET search_path = wheelspool;\n" + sql, database: database ?? "")
  }

  /// Runs SQL outside the target's database.
  func psqlAnywhere(_ sql: String) throws { try PostgresServer.shared().psql(sql, database: "postgres") }

  /// Another target that is now what this one is: a database from a template, or a copied file.
  func copy() throws -> TestTarget {
    let copy = try TestTarget(kind, template: database)
    if database == nil {
      for name in ["target.db", "target.ndjson"] where Files.exists(directory.file(name)) {
        // The write-ahead log is folded in, so that one file is all there is.
        if kind == .sqlite { try sqlite().run("PRAGMA wal_checkpoint(TRUNCATE)", operation: "test") }
        try Files.write(try Files.read(directory.file(name)), to: copy.directory.file(name))
      }
    }
    return copy
  }

  /// Opens the file of a SQLite target.
  func sqlite() throws -> Database { try Database(path: directory.file("target.db"), mode: .write) }

  func run(_ sql: String) throws {
    switch kind {
    case .sqlite: try sqlite().run(sql, operation: "test")
    case .ndjson: break
    default: _ = try psql(sql)
    }
  }

  // MARK: - Reading back

  /// The rows of a table: each a list of its columns' values as text, NULL as nil, in the order of the rows' keys.
  func rows(_ table: String, _ columns: [String]) throws -> [[String?]] {
    let rows: [[String?]] =
      switch kind {
      case .sqlite: try sqliteRows(table, columns)
      case .ndjson: try FoldedLines(directory.file("target.ndjson")).rows(table, columns)
      default: try postgresRows(table, columns)
      }
    return rows.sorted { $0.map { $0 ?? "" }.lexicographicallyPrecedes($1.map { $0 ?? "" }) }
  }

  func count(_ table: String) throws -> Int { try rows(table, ["product_key"]).count }

  private func sqliteRows(_ table: String, _ columns: [String]) throws -> [[String?]] {
    var rows: [[String?]] = []
    let names = columns.map { "\"\($0)\"" }.joined(separator: ", ")
    try sqlite().prepare("SELECT \(names) FROM \(table)", operation: "test").forEachRow { row in
      var fields: [String?] = []
      for index in columns.indices { fields.append(row.string(index)) }
      rows.append(fields)
      return true
    }
    return rows
  }

  private func postgresRows(_ table: String, _ columns: [String]) throws -> [[String?]] {
    guard case .postgres(let settings) = address else { return [] }
    let session = try Connection(settings)
    let types = try session.query(
      """
      SELECT column_name, data_type FROM information_schema.columns
      WHERE table_schema = 'wheelspool' AND table_name = $1
      """, [.text(table)], operation: "test")
    var expressions: [String: String] = [:]
    for row in 0..<types.rowCount {
      let name = types.string(row, 0) ?? ""
      expressions[name] =
        switch types.string(row, 1) {
        case "timestamp with time zone":
          "to_char(\(name) AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')"
        case "ARRAY": "to_json(\(name))::text"
        case "boolean": "\(name)::int::text"
        default: "\(name)::text"
        }
    }
    let list = columns.map { expressions[$0] ?? "'no column \($0)'" }.joined(separator: ", ")
    let answer = try session.query("SELECT \(list) FROM wheelspool.\(table)", operation: "test")
    return (0..<answer.rowCount).map { row in columns.indices.map { answer.string(row, $0) } }
  }

  /// Something that changes with every write to the target.
  func fingerprint() throws -> String {
    switch kind {
    case .sqlite:
      // The write-ahead log is folded in first, so that reading alone changes nothing.
      try sqlite().run("PRAGMA wal_checkpoint(TRUNCATE)", operation: "test")
      return "\(try Files.read(directory.file("target.db")).hashValue)"
    case .ndjson: return "\(try Files.read(directory.file("target.ndjson")).hashValue)"
    default:
      let tables = Table.all.map { "SELECT '\($0.name)', xmin::text, ctid::text FROM \($0.name)" }
      return try psql(tables.joined(separator: " UNION ALL ") + " ORDER BY 1, 3;")
    }
  }
}
