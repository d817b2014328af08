/// The statements that make the tables in SQLite.
///
/// Times are RFC 3339 text, truths 0 or 1, lists JSON text. Documents are TEXT, large ones BLOB: same bytes, and SQLite
/// need never hold them whole.
enum SQLiteSchema {
  /// The steps from each version of the tables to the next; the first makes them.
  static var migrations: [[String]] { [Table.all.map(create) + indexes + views] }

  /// Everything, as text to read or to run.
  static var text: String {
    let statements =
      migrations.flatMap { $0 }
      + ["INSERT INTO schema_version VALUES (\(Table.currentVersion), strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))"]
      + ["PRAGMA user_version = \(Table.currentVersion)"]
    return "PRAGMA journal_mode = WAL;\nBEGIN;\n\n" + statements.map { $0 + ";\n" }.joined(separator: "\n")
      + "\nCOMMIT;\n"
  }

  private static func create(_ table: Table) -> String {
    let columns = table.columns.map { column in
      let type =
        switch column.type {
        case .text, .timestamp, .textList, .document: "TEXT"
        case .integer, .boolean: "INTEGER"
        }
      return "  \"\(column.name)\" \(type)" + (column.isRequired ? " NOT NULL" : "")
    }
    let key = "  PRIMARY KEY (\(table.primaryKey.joined(separator: ", ")))"
    // Package rows are their key: one tree instead of two. Artifacts need a row id for incremental blobs.
    let suffix = table.name == Table.packages.name ? " WITHOUT ROWID" : ""
    return "CREATE TABLE \(table.name) (\n" + (columns + [key]).joined(separator: ",\n") + "\n)" + suffix
  }

  private static let indexes = [
    "CREATE INDEX artifacts_by_tag ON artifacts (product_key, repository_key, tag)",
    "CREATE INDEX artifacts_by_key ON artifacts (product_key, artifact_key)",
    "CREATE INDEX artifacts_by_time ON artifacts (product_key, repository_key, created_at)",
    "CREATE INDEX artifact_packages_by_name ON artifact_packages (product_key, name, version)",
  ]

  private static let views = [
    """
    CREATE VIEW package_history AS
      SELECT p.product_key, p.repository_key, p.name, p.version, a.artifact_key, a.tag, a.variant, a.arch, a.series,
        a.created_at, a.withdrawn_at
      FROM artifact_packages p
      JOIN artifacts a USING (product_key, repository_key, artifact_key)
    """,
    """
    CREATE VIEW latest_artifacts AS
      SELECT a.* FROM artifacts a
      WHERE a.withdrawn_at IS NULL AND NOT EXISTS (
        SELECT 1 FROM artifacts b
        WHERE b.product_key = a.product_key AND b.repository_key = a.repository_key AND b.variant = a.variant
          AND b.arch = a.arch AND b.withdrawn_at IS NULL
          AND (b.created_at, b.artifact_key) > (a.created_at, a.artifact_key))
    """,
  ]
}
