/// Rows that hang on nothing: artifacts of a tag that no release has, package rows and drops of no artifact.
enum Strays {
  /// The tables that can hold such rows, in the order in which they are to be removed.
  static let tables = [Table.artifacts, .packages, .drops]

  /// Names the rows of one table, as `x`, for a SELECT or a DELETE to begin with.
  ///
  /// `parameter` 1 is the product; 2 is the store, for the only table that knows it.
  static func rows(of table: Table, named name: (Table) -> String, _ parameter: (Int) -> String) -> String {
    let scope = "\(name(table)) AS x WHERE x.product_key = \(parameter(1))"
    return switch table.name {
    case Table.artifacts.name:
      """
      \(scope) AND x.store_id = \(parameter(2)) AND NOT EXISTS (
        SELECT 1 FROM \(name(.releases)) r
        WHERE r.product_key = x.product_key AND r.repository_key = x.repository_key AND r.tag = x.tag)
      """
    case Table.packages.name:
      """
      \(scope) AND NOT EXISTS (
        SELECT 1 FROM \(name(.artifacts)) a WHERE a.product_key = x.product_key
          AND a.repository_key = x.repository_key AND a.artifact_key = x.artifact_key)
      """
    default:
      """
      \(scope) AND NOT EXISTS (
        SELECT 1 FROM \(name(.artifacts)) a WHERE a.product_key = x.product_key AND a.artifact_key = x.name)
      """
    }
  }

  /// The column that names such a row to people.
  static func key(of table: Table) -> String { table.name == Table.drops.name ? "drop_key" : "artifact_key" }
}

/// What a sweep has removed.
struct Swept {
  /// Releases that the store does not have.
  var releases = 0
  /// Rows that hung on nothing before.
  var strayRows = 0
}
