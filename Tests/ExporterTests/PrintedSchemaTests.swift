import SQLite
import TestSupport
import Testing
import WheelModel

@testable import Exporter

/// What is printed is what is made, and what the pages say of it works.
@Suite(.serialized) struct PrintedSchemaTests {
  private func dump(_ database: String) throws -> [String] {
    let server = try PostgresServer.shared()
    return try RunningProcess.check(
      "pg_dump", ["-d", server.connectionString(database: database), "--schema-only", "--no-comments"]
    ).text.split(separator: "\n").map(String.init).filter { !$0.hasPrefix("\\") && !$0.hasPrefix("--") }
  }

  @Test("psql makes of the printed statements what an export makes", arguments: DocumentType.allCases)
  func printsPostgres(_ type: DocumentType) throws {
    let server = try PostgresServer.shared()
    for schema in ["wheelspool", "Odd \"name"] {
      let made = try TestTarget(.postgresJSON)
      let printed = try TestTarget(.postgresJSON)
      let options = made.options { options in
        options.documentType = type
        options.schema = schema
      }
      let source = MemorySource()
      source.put(Samples.release("v3.1.0+cuda-ubi9"))
      try made.export(source) { $0 = options }
      try server.psql(Exporter.schemaText(for: made.address, options: options), database: printed.database ?? "")
      let (first, second) = try (dump(made.database ?? ""), dump(printed.database ?? ""))
      #expect(first == second && first.count > 100)
      #expect(try printed.export(source) { $0 = options }.outcome == .complete)
    }
  }

  @Test("sqlite3 makes of the printed statements what an export makes")
  func printsSQLite() throws {
    let made = try TestTarget(.sqlite)
    let source = MemorySource()
    source.put(Samples.release("v3.1.0+cuda-ubi9"))
    try made.export(source)
    let printed = try TestTarget(.sqlite)
    try printed.run(Exporter.schemaText(for: printed.address))
    for target in [made, printed] {
      #expect(try pragma("user_version", target) == "\(Table.currentVersion)")
      #expect(try pragma("journal_mode", target) == "wal")
    }
    #expect(try schema(made) == schema(printed) && schema(made).count > 10)
    #expect(try printed.export(source).outcome == .complete)
    #expect(try printed.rows("schema_version", ["version"]) == [["\(Table.currentVersion)"]])
  }

  @Test("a file of a newer program is left alone, whichever place says so", arguments: [true, false])
  func refusesNewerFiles(_ byPragma: Bool) throws {
    let target = try TestTarget(.sqlite)
    let source = MemorySource()
    source.put(Samples.release("v3.1.0+cuda-ubi9"))
    try target.export(source)
    try target.run(byPragma ? "PRAGMA user_version = 99" : "INSERT INTO schema_version VALUES (99, '')")
    guard case .failed(let error) = try target.export(source).outcome else {
      Issue.record("not refused")
      return
    }
    #expect(error.code == .schema && error.cause.contains("99"))
  }

  private func pragma(_ name: String, _ target: TestTarget) throws -> String? {
    var value: String?
    try target.sqlite().prepare("PRAGMA \(name)", operation: "test").forEachRow { row in
      value = row.string(0)
      return false
    }
    return value
  }

  private func schema(_ target: TestTarget) throws -> [String] {
    var statements: [String] = []
    try target.sqlite().prepare(
      "SELECT type || ' ' || name || ' ' || coalesce(sql, '') FROM sqlite_master ORDER BY 1", operation: "test"
    ).forEachRow { row in
      statements.append(row.string(0) ?? "")
      return true
    }
    return statements
  }

  @Test("every question and grant of docs/postgres.md works, the loader can export, the reader can read and no more")
  func answersDocumentedQuestions() throws {
    let root = #filePath.split(separator: "/").prefix { $0 != "Tests" }.reduce("") { $0 + "/" + $1 }
    let blocks = Self.blocks(of: try Files.readText(root + "/docs/postgres.md"))
    let server = try PostgresServer.shared()
    let target = try TestTarget(.postgresJSON)
    let database = target.database ?? ""
    try server.psql(Exporter.schemaText(for: target.address), database: database)
    let grants = try #require(blocks["Rights"]).filter { !$0.contains("--print-schema") }
    #expect(grants.count >= 5)
    try server.psql(grants.joined(separator: "\n"), database: database)
    let source = MemorySource()
    for version in ["3.2.0", "3.3.0"] {
      let graph = """
        {"": {"canonicalized_name": "", "version": "0", "edges": [{"key": "setuptools==80.1", "req_type": "toplevel",
        "req": "setuptools"}]}, "setuptools==80.1": {"canonicalized_name": "setuptools", "version": "80.1", "edges": []}}
        """
      source.put(Samples.release(Text("v\(version)+cuda-ubi9"), numpy: version, graph: Array(graph.utf8)))
    }
    let options = target.options()
    let address = try TargetAddress.parse(
      "postgresql:" + server.connectionString(database: database) + " user=wheel_loader")
    let sink = try Exporter.makeSink(address, source.storeID, options, SilentExport(), { false })
    let summary = try Replay(
      source: source, sink: sink, options: options, observer: SilentExport(), shouldStop: { false }
    ).run()
    #expect(summary.outcome == .complete && summary.releases == 2)
    let questions = try #require(blocks["Questions"])
    #expect(questions.count >= 7)
    let setting = questions[0]
    for question in questions.dropFirst() {
      let answer = try server.psql("SET ROLE wheel_reader; \(setting)\n\(question)", database: database)
      // The sample has no torch but numpy of two versions, and an edge to setuptools: every question has an answer.
      #expect(!answer.isEmpty, "\(question)")
    }
    #expect(throws: (any Error).self) {
      try server.psql("SET ROLE wheel_reader; DELETE FROM wheelspool.drops", database: database)
    }
  }

  /// The indented blocks below each heading, cut at empty lines.
  private static func blocks(of text: String) -> [String: [String]] {
    var found: [String: [String]] = [:]
    var (heading, block) = ("", "")
    for line in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) + [""] {
      if line.hasPrefix("    ") {
        block += line.dropFirst(4) + "\n"
      } else if !block.isEmpty {
        found[heading, default: []].append(contentsOf: statements(of: block))
        block = ""
      }
      if line.hasPrefix("## ") { heading = String(line.dropFirst(3)) }
    }
    return found
  }

  private static func statements(of block: String) -> [String] {
    var (found, statement) = ([String](), "")
    for line in block.split(separator: "\n") {
      statement += line + "\n"
      if line.hasSuffix(";") || line.hasPrefix("wheelspool ") {
        found.append(statement)
        statement = ""
      }
    }
    return found
  }
}
