import Postgres
import TestSupport
import Testing
import WheelModel

@testable import Exporter

/// What is PostgreSQL's alone: tables, rights, encodings, versions, compression.
@Suite(.serialized) struct PostgresTargetTests {
  private func export(_ source: MemorySource, to address: TargetAddress, _ options: ExportOptions) throws
    -> ExportSummary
  {
    let sink = try Exporter.makeSink(address, source.storeID, options, SilentExport(), { false })
    return try Replay(
      source: source, sink: sink, options: options, observer: SilentExport(), shouldStop: { false }
    ).run()
  }

  private func source() -> MemorySource {
    let source = MemorySource()
    source.put(Samples.release("v3.1.0+cuda-ubi9"))
    return source
  }

  @Test("columns have the types of the contract, documents are compressed by LZ4")
  func typesColumns() throws {
    let target = try TestTarget(.postgresJSON)
    try target.export(source())
    let answer = try target.psql(
      """
      SELECT a.attname, format_type(a.atttypid, a.atttypmod), a.attcompression FROM pg_attribute a
      WHERE a.attrelid = 'artifacts'::regclass AND a.attnum > 0 AND a.attname IN
        ('created_at', 'package_names', 'asset_size', 'sequence', 'tag', 'dependency_graph', 'constraints_file')
      ORDER BY 1;
      """)
    #expect(
      answer == """
        asset_size|bigint|
        constraints_file|json|l
        created_at|timestamp(3) with time zone|
        dependency_graph|json|l
        package_names|text[]|
        sequence|bigint|
        tag|text|

        """)
    let complete = try target.psql(
      "SELECT format_type(atttypid, NULL) FROM pg_attribute WHERE attrelid = 'releases'::regclass AND attname = 'complete';"
    )
    #expect(complete == "boolean\n")
    let keys = try target.psql(
      """
      SELECT c.relname, a.attname FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
      JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
      JOIN pg_namespace n ON n.oid = c.relnamespace WHERE i.indisprimary AND n.nspname = 'wheelspool' ORDER BY 1;
      """)
    #expect(
      keys.split(separator: "\n").filter { !$0.hasPrefix("schema_version") }.allSatisfy { $0.hasSuffix("|product_key") }
    )
  }

  @Test("the printed schema, run by its owner, serves a role without other rights")
  func worksWithFewRights() throws {
    let server = try PostgresServer.shared()
    let database = try server.makeDatabase()
    let owner = try TargetAddress.parse("postgresql:" + server.connectionString(database: database))
    let role = "exporter_\(database)"
    try server.psql(Exporter.schemaText(for: owner), database: database)
    try server.psql(
      """
      CREATE ROLE \(role) LOGIN; REVOKE CREATE ON SCHEMA public FROM PUBLIC;
      GRANT USAGE ON SCHEMA wheelspool TO \(role);
      GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA wheelspool TO \(role);
      """, database: database)
    let address = try TargetAddress.parse(
      "postgresql:" + server.connectionString(database: database) + " user=\(role)")
    let source = source()
    #expect(try export(source, to: address, ExportOptions()).outcome == .complete)
    source.put(Samples.release("v3.1.0+cuda-ubi9", numpy: "8"))
    #expect(try export(source, to: address, ExportOptions()).outcome == .complete)
    try server.psql("REVOKE INSERT ON wheelspool.artifacts FROM \(role)", database: database)
    source.put(Samples.release("v3.2.0+cuda-ubi9"))
    guard case .failed(let error) = try export(source, to: address, ExportOptions()).outcome else {
      Issue.record("written without the right to")
      return
    }
    #expect(error.code == .refused && (error.hint ?? "").contains("docs/postgres.md"))
  }

  @Test("a schema of any name is taken, as one name")
  func quotesSchemas() throws {
    for schema in ["Wheels", "a\"b; DROP TABLE x", "select"] {
      let target = try TestTarget(.postgresJSON)
      #expect(try target.export(source()) { $0.schema = schema }.outcome == .complete)
    }
    let target = try TestTarget(.postgresJSON)
    #expect(throws: ExportError.self) { try target.export(source()) { $0.schema = String(repeating: "x", count: 64) } }
  }

  @Test("a chosen document type must be that of the tables")
  func keepsDocumentType() throws {
    let target = try TestTarget(.postgresJSONB)
    let source = source()
    try target.export(source)
    source.put(Samples.release("v3.2.0+cuda-ubi9"))
    #expect(try target.export(source) { $0.documentType = nil }.outcome == .complete)
    let error = #expect(throws: ExportError.self) { try target.export(source) { $0.documentType = .text } }
    #expect(error?.kind == .usage)
  }

  @Test("tables of a newer program are left alone")
  func refusesNewerTables() throws {
    let target = try TestTarget(.postgresJSON)
    let source = source()
    try target.export(source)
    _ = try target.psql("INSERT INTO schema_version VALUES (99, now());")
    guard case .failed(let error) = try target.export(source).outcome else {
      Issue.record("not refused")
      return
    }
    #expect(error.code == .schema && error.cause.contains("99"))
  }

  @Test("a database of another encoding is refused")
  func refusesEncodings() throws {
    let server = try PostgresServer.shared()
    let name = try server.makeDatabase(options: "ENCODING 'LATIN1' TEMPLATE template0")
    let address = try TargetAddress.parse("postgresql:" + server.connectionString(database: name))
    guard case .failed(let error) = try export(source(), to: address, ExportOptions()).outcome else {
      Issue.record("not refused")
      return
    }
    #expect(error.cause.contains("LATIN1") && (error.hint ?? "").contains("UTF8"))
  }

  @Test("the views answer the common questions")
  func answersQuestions() throws {
    for kind in [TargetKind.postgresJSON, .sqlite] {
      let target = try TestTarget(kind)
      let source = MemorySource()
      source.put(Samples.release("v3.1.0+cuda-ubi9", numpy: "1", at: 1_780_000_000_000))
      source.put(Samples.release("v3.2.0+cuda-ubi9", numpy: "2", at: 1_781_000_000_000))
      source.put(Samples.release("v3.3.0+cuda-ubi9", numpy: "3", at: 1_782_000_000_000))
      source.withdraw(ReleaseKey(Samples.cuda, tag: "v3.3.0+cuda-ubi9"))
      try target.export(source)
      // The suffix is the variant, the same for all three.
      #expect(
        try target.rows("latest_artifacts", ["artifact_key"]) == [
          ["3.2.0+cuda-ubi9-aarch64"], ["3.2.0+cuda-ubi9-x86_64"],
        ])
      let history = try target.rows("package_history", ["tag", "version", "name", "arch"])
        .filter { $0[2] == "numpy" && $0[3] == "x86_64" && $0[1] != "9.9" }
      #expect(history.map { $0[1] } == ["1", "2", "3"])
    }
  }
}
