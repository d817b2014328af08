import SpoolStore
import WheelModel

/// One release in a list.
struct ReleaseRow {
  let view: ReleaseView

  static let columns: [Column<ReleaseRow>] = [
    field("product_key", .product, .all),
    field("repository_key", .repository, .all),
    field("tag", .tag, .all),
    field("name", .name, .machine),
    field("description", .description, .machine),
    Column("created_at", .all) { $1.time($0.view.createdAt) },
    Column("released_at", .machine) { $1.time($0.view.releasedAt) },
    field("commit", .commit, .machine),
    Column("artifacts", .table, number: true) { $1.number($0.view.artifactCount) },
    Column("complete", .all) { $1.boolean($0.view.complete) },
    Column("sequence", .all, number: true, stable: false) { $1.number($0.view.sequence) },
    Column("collected_at", .machine, stable: false) { $1.time($0.view.collectedAt) },
    Column("withdrawn_at", .all) { $1.time($0.view.withdrawnAt) },
    Column("artifact_keys", .machine) { $1.list($0.view.artifactKeys.map(\.string)) },
  ]

  private static func field(
    _ name: String, _ field: ReleaseView.Field, _ place: ColumnPlace
  ) -> Column<ReleaseRow> {
    Column(name, place) { row, cells in
      if row.view.withBytes(of: field, { cells.utf8($0) }) == nil { cells.null() }
    }
  }

  static func list(
    _ store: Store, _ filter: ListFilter, _ presentation: Presentation, _ output: BufferedOutput
  ) throws {
    let runner = try ListRunner(store, all: columns, presentation, output)
    try runner.run(paging: { ReleaseMark($0.view) }) { snapshot, place, body in
      let holders = try holders(filter, in: snapshot)
      try snapshot.forEachRelease(in: filter.scope, from: &place) { view in
        guard filter.repository.map({ view.matches(.repository, $0) }) ?? true,
          filter.tag.map({ view.matches(.tag, $0) }) ?? true,
          filter.since.map({ view.createdAt >= $0 }) ?? true,
          holders?.contains(view.key) ?? true
        else { return true }
        return try body(ReleaseRow(view: view))
      }
    }
  }

  /// The releases of the artifacts that match; nil when nothing is asked of artifacts.
  private static func holders(_ filter: ListFilter, in snapshot: borrowing Snapshot) throws -> Set<ReleaseKey>? {
    guard filter.isAboutArtifacts else { return nil }
    let artifacts = try filter.holders(in: snapshot)
    var result: Set<ReleaseKey> = []
    try snapshot.forEachArtifact(in: filter.scope) { view in
      if filter.matches(view), artifacts?.contains(view.id) ?? true { result.insert(view.release) }
      return true
    }
    return result
  }
}
