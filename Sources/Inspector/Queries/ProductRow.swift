import SpoolStore
import WheelModel

/// One product in a list.
struct ProductRow {
  var product: Text
  var repositories: [Text] = []
  var releases: UInt64 = 0
  var withdrawn: UInt64 = 0
  var incomplete: UInt64 = 0
  var artifacts: UInt64 = 0
  var sequence: UInt64 = 0
  var changedAt = Timestamp(milliseconds: .min)

  static let columns: [Column<ProductRow>] = [
    Column("product_key", .all) { $1.text($0.product) },
    Column("repository_keys", .all) { $1.list($0.repositories.map(\.string)) },
    Column("releases", .all, number: true) { $1.number($0.releases) },
    Column("withdrawn", .all, number: true) { $1.number($0.withdrawn) },
    Column("incomplete", .all, number: true) { $1.number($0.incomplete) },
    Column("artifacts", .all, number: true) { $1.number($0.artifacts) },
    Column("sequence", .machine, number: true, stable: false) { $1.number($0.sequence) },
    Column("changed_at", .all, stable: false) { $1.time($0.changedAt) },
  ]

  static func list(
    _ store: Store, _ filter: ListFilter, _ presentation: Presentation, _ output: BufferedOutput
  ) throws {
    try ListRunner(store, all: columns, presentation, output).run { snapshot, body in
      for row in rows(try snapshot.overview(), filter) where try !body(row) { return }
    }
  }

  private static func rows(_ overview: Overview, _ filter: ListFilter) -> [ProductRow] {
    var rows: [ProductRow] = []
    for repository in overview.repositories where filter.matches(repository.key) {
      if rows.last?.product != repository.key.product { rows.append(ProductRow(product: repository.key.product)) }
      rows[rows.count - 1].add(repository)
    }
    return rows
  }

  private mutating func add(_ repository: Overview.Repository) {
    repositories.append(repository.key.repository)
    releases += repository.releases
    withdrawn += repository.withdrawn
    incomplete += repository.incomplete
    artifacts += repository.artifacts
    sequence = max(sequence, repository.sequence)
    changedAt = max(changedAt, repository.changedAt)
  }
}
