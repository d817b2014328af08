import SpoolStore
import WheelModel

/// One drop in a list.
struct DropRow {
  let view: DropView

  static let columns: [Column<DropRow>] = [
    field("key", .key, .all),
    field("name", .name, .machine),
    field("product_key", .product, .all),
    Column("product_version", .all, version: true) { row, cells in
      if row.view.withProductVersion({ cells.utf8($0) }) == nil { cells.null() }
    },
    Column("created_at", .all) { $1.time($0.view.createdAt) },
  ]

  private static func field(_ name: String, _ field: DropView.Field, _ place: ColumnPlace) -> Column<DropRow> {
    Column(name, place) { row, cells in
      if row.view.withBytes(of: field, { cells.utf8($0) }) == nil { cells.null() }
    }
  }

  static func list(
    _ store: Store, _ filter: ListFilter, _ presentation: Presentation, _ output: BufferedOutput
  ) throws {
    // A drop is a whole by itself: nothing else changes with it.
    try ListRunner(store, all: columns, presentation, output).run(paging: { _ in ReleaseMark() }) {
      snapshot, place, body in
      let named = try named(filter, in: snapshot)
      try snapshot.forEachDrop(product: filter.product, from: &place) { drop in
        guard filter.since.map({ drop.createdAt >= $0 }) ?? true, named?.contains(drop.text(.key)) ?? true else {
          return true
        }
        return try body(DropRow(view: drop))
      }
    }
  }

  /// The drops that matching artifacts name; nil when nothing is asked of artifacts.
  private static func named(_ filter: ListFilter, in snapshot: borrowing Snapshot) throws -> Set<Text>? {
    guard filter.isAboutArtifacts || filter.repository != nil || filter.tag != nil else { return nil }
    let artifacts = try filter.holders(in: snapshot)
    var result: Set<Text> = []
    try snapshot.forEachArtifact(in: filter.scope) { view in
      guard filter.matches(view), artifacts?.contains(view.id) ?? true else { return true }
      let id = view.id
      result.insert(Text(id.repository.product.string + "-" + id.key.string))
      return true
    }
    return result
  }
}
