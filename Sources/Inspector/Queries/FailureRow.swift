import SpoolStore
import WheelModel

/// One open failure in a list.
struct FailureRow {
  let failure: Failure

  static let columns: [Column<FailureRow>] = [
    Column("product_key", .all) { $1.text($0.failure.repository.product) },
    Column("repository_key", .all) { $1.text($0.failure.repository.repository) },
    Column("tag", .all) { $1.text($0.failure.tag) },
    Column("asset", .all) { $1.text($0.failure.asset) },
    Column("code", .all) { $1.text($0.failure.code.rawValue) },
    Column("message", .all) { $1.text($0.failure.message) },
    Column("permanent", .machine) { $1.boolean($0.failure.isPermanent) },
    Column("first_at", .machine, stable: false) { $1.time($0.failure.firstAt) },
    Column("last_at", .machine, stable: false) { $1.time($0.failure.lastAt) },
    Column("attempts", .all, number: true, stable: false) { $1.number($0.failure.attempts) },
    Column("next_due", .all, stable: false) { $1.time($0.failure.nextDue) },
  ]

  static func list(
    _ store: Store, _ filter: ListFilter, _ presentation: Presentation, _ output: BufferedOutput
  ) throws {
    try ListRunner(store, all: columns, presentation, output).run { snapshot, body in
      try snapshot.forEachFailure(in: filter.scope) { failure in
        guard filter.matches(failure.repository), filter.matches(tag: failure.tag),
          filter.arch.map({ $0 == failure.asset.flatMap { AssetName($0)?.arch } }) ?? true,
          filter.since.map({ failure.lastAt >= $0 }) ?? true
        else { return true }
        return try body(FailureRow(failure: failure))
      }
    }
  }
}
