import WheelModel

/// What a column holds; each target has a type of its own for it.
enum ColumnType: Equatable {
  case text
  case integer
  case boolean
  case timestamp
  case textList
  case document
}

/// One column of a table.
struct Column {
  let name: String
  let type: ColumnType
  /// Whether a row without the value is no row: keys, and what the exporter writes itself.
  let isRequired: Bool

  init(_ name: String, _ type: ColumnType, required: Bool = false) {
    self.name = name
    self.type = type
    isRequired = required
  }
}

/// One table, as all targets have it. Field names are those of the domain, with `artifact_key` and `drop_key` for `key`.
struct Table {
  let name: String
  let columns: [Column]
  let primaryKey: [String]

  var columnNames: [String] { columns.map(\.name) }

  static let releases = Table(
    name: "releases",
    columns: [
      Column("product_key", .text, required: true), Column("repository_key", .text, required: true),
      Column("tag", .text, required: true), Column("name", .text), Column("description", .text),
      Column("created_at", .timestamp), Column("released_at", .timestamp), Column("commit", .text),
      Column("complete", .boolean, required: true), Column("sequence", .integer, required: true),
      Column("collected_at", .timestamp), Column("withdrawn_at", .timestamp), Column("artifact_keys", .textList),
      Column("store_id", .text, required: true),
    ],
    primaryKey: ["product_key", "repository_key", "tag"])

  // The documents come last, the largest kind at the very end: SQLite reads a row's head without them.
  static let artifacts = Table(
    name: "artifacts",
    columns: [
      Column("product_key", .text, required: true), Column("repository_key", .text, required: true),
      Column("artifact_key", .text, required: true), Column("tag", .text, required: true), Column("commit", .text),
      Column("type", .text), Column("environments", .textList), Column("arch", .text), Column("archs", .textList),
      Column("variant", .text), Column("raw_variant", .text), Column("series", .text),
      Column("created_at", .timestamp), Column("package_names", .textList), Column("drop_keys", .textList),
      Column("asset_name", .text), Column("asset_url", .text), Column("asset_size", .integer),
      Column("asset_sha256", .text), Column("sequence", .integer, required: true), Column("collected_at", .timestamp),
      Column("withdrawn_at", .timestamp), Column("store_id", .text, required: true),
    ] + DocumentKind.allCases.map { Column($0.name + "_bytes", .integer) }
      + DocumentKind.allCases.map { Column($0.name + "_sha256", .text) }
      + DocumentKind.allCases.map { Column($0.name, .document) },
    primaryKey: ["product_key", "repository_key", "artifact_key"])

  static let drops = Table(
    name: "drops",
    columns: [
      Column("product_key", .text, required: true), Column("drop_key", .text, required: true),
      Column("name", .text), Column("product_version", .text), Column("created_at", .timestamp),
    ],
    primaryKey: ["product_key", "drop_key"])

  static let packages = Table(
    name: "artifact_packages",
    columns: [
      Column("product_key", .text, required: true), Column("repository_key", .text, required: true),
      Column("artifact_key", .text, required: true), Column("name", .text, required: true),
      Column("version", .text, required: true),
    ],
    primaryKey: ["product_key", "repository_key", "artifact_key", "name", "version"])

  static let watermarks = Table(
    name: "watermarks",
    columns: [
      Column("product_key", .text, required: true), Column("store_id", .text, required: true),
      Column("sequence", .integer, required: true), Column("chain", .text, required: true),
      Column("sweep", .boolean, required: true), Column("updated_at", .timestamp, required: true),
    ],
    primaryKey: ["product_key", "store_id"])

  static let issues = Table(
    name: "export_issues",
    columns: [
      Column("product_key", .text, required: true), Column("repository_key", .text, required: true),
      Column("artifact_key", .text, required: true), Column("column_name", .text, required: true),
      Column("store_id", .text, required: true), Column("tag", .text, required: true), Column("code", .text),
      Column("message", .text), Column("noted_at", .timestamp),
    ],
    primaryKey: ["product_key", "repository_key", "artifact_key", "column_name", "store_id"])

  static let schemaVersion = Table(
    name: "schema_version",
    columns: [Column("version", .integer, required: true), Column("applied_at", .timestamp)],
    primaryKey: ["version"])

  static let all = [releases, artifacts, drops, packages, watermarks, issues, schemaVersion]

  /// Refuses tables that lack a column. `present` has the columns of each table that is there.
  static func check(_ present: [String: Set<String>]) throws(ExportError) {
    for table in all {
      let isThere = present[table.name] != nil
      for column in table.columns where !(present[table.name]?.contains(column.name) ?? false) {
        throw ExportError(
          .targetFailed, .schema, operation: "look at the target's tables",
          cause: isThere
            ? "column \(column.name) of table \(table.name) is missing" : "table \(table.name) is missing",
          hint: "the tables are not as --print-schema shows them: mend them, or use another schema or file")
      }
    }
  }

  /// The version of these tables.
  static let currentVersion = 1
}
