import SpoolStore
import WheelModel

/// One drop in a list.
struct DropRow {
  let drop: Drop

  static let columns: [Column<DropRow>] = [
    Column("key", .all) { $1.text($0.drop.key) },
    Column("name", .machine) { $1.text($0.drop.name) },
    Column("product_key", .all) { $1.text($0.drop.product) },
    Column("product_version", .all) { $1.text($0.drop.productVersion) },
    Column("created_at", .all) { $1.time($0.drop.createdAt) },
  ]

  static func list(
    _ store: Store, _ filter: ListFilter, _ presentation: Presentation, _ output: BufferedOutput
  ) throws {
    let paging = ListRunner<DropRow>.Paging(
      isAfter: { ($1.drop.product, $1.drop.key) < ($0.drop.product, $0.drop.key) },
      // A drop is a whole by itself: nothing else changes with it.
      release: { ReleaseKey(RepositoryKey(product: $0.drop.product, repository: ""), tag: $0.drop.key) })
    try ListRunner(store, all: columns, presentation, output).run(paging: paging) { snapshot, body in
      let named = try named(filter, in: snapshot)
      try snapshot.forEachDrop(product: filter.product) { drop in
        guard filter.since.map({ drop.createdAt >= $0 }) ?? true, named?.contains(drop.key) ?? true else {
          return true
        }
        return try body(DropRow(drop: drop))
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
