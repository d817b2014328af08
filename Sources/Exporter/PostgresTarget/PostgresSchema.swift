import Postgres

/// The statements that make and describe the tables in PostgreSQL.
///
/// Every primary key but that of `schema_version` begins with `product_key`, so the tables can be distributed by it.
struct PostgresSchema {
  /// The schema's name, quoted.
  let schema: String
  let documentType: DocumentType
  /// Whether the server can compress by LZ4, which costs it a fraction of the default's time.
  let usesLZ4: Bool

  init(schema: String, documentType: DocumentType, usesLZ4: Bool) throws(ExportError) {
    do throws(PostgresError) { self.schema = try Connection.quote(identifier: schema) } catch {
      throw ExportError(.usage, .option, operation: "read --schema", cause: error.message, hint: error.hint)
    }
    self.documentType = documentType
    self.usesLZ4 = usesLZ4
  }

  /// Names a table of ours in full.
  func name(_ table: Table) -> String { schema + "." + table.name }

  /// The steps from each version of the tables to the next; the first makes them.
  var migrations: [[String]] { [[creation] + indexes + views] }

  /// Everything, as text to read or to run.
  var text: String {
    let statements =
      ["CREATE SCHEMA IF NOT EXISTS \(schema)"] + migrations.flatMap { $0 }
      + ["INSERT INTO \(name(.schemaVersion)) (version, applied_at) VALUES (\(Table.currentVersion), now())"]
    return "BEGIN;\n\n" + statements.map { $0 + ";\n" }.joined(separator: "\n") + "\nCOMMIT;\n"
  }

  private var creation: String { Table.all.map(create).joined(separator: ";\n\n") }

  private func create(_ table: Table) -> String {
    let columns = table.columns.map { column in
      var line = "  \(column.name) \(type(of: column))"
      if column.type == .document, usesLZ4 { line += " COMPRESSION lz4" }
      if column.isRequired { line += " NOT NULL" }
      return line
    }
    let key = "  PRIMARY KEY (\(table.primaryKey.joined(separator: ", ")))"
    return "CREATE TABLE \(name(table)) (\n" + (columns + [key]).joined(separator: ",\n") + "\n)"
  }

  func type(of column: Column) -> String {
    switch column.type {
    case .text: "text"
    case .integer: "bigint"
    case .boolean: "boolean"
    case .timestamp: "timestamptz(3)"
    case .textList: "text[]"
    case .document: documentType.rawValue
    }
  }

  private var indexes: [String] {
    [
      "CREATE INDEX artifacts_by_tag ON \(name(.artifacts)) (product_key, repository_key, tag)",
      "CREATE INDEX artifacts_by_key ON \(name(.artifacts)) (product_key, artifact_key)",
      "CREATE INDEX artifacts_by_time ON \(name(.artifacts)) (product_key, repository_key, created_at)",
      "CREATE INDEX artifact_packages_by_name ON \(name(.packages)) (product_key, name, version)",
    ]
  }

  private var views: [String] {
    [
      """
      CREATE VIEW \(schema).package_history AS
        SELECT p.product_key, p.repository_key, p.name, p.version, a.artifact_key, a.tag, a.variant, a.arch, a.series,
          a.created_at, a.withdrawn_at
        FROM \(name(.packages)) p
        JOIN \(name(.artifacts)) a USING (product_key, repository_key, artifact_key)
      """,
      """
      CREATE VIEW \(schema).latest_artifacts AS
        SELECT DISTINCT ON (product_key, repository_key, variant, arch) *
        FROM \(name(.artifacts))
        WHERE withdrawn_at IS NULL
        ORDER BY product_key, repository_key, variant, arch, created_at DESC, artifact_key DESC
      """,
    ]
  }
}
