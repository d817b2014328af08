import SpoolStore
import WheelModel

/// One package in the catalogue.
struct CatalogueRow {
  let total: PackageTotal

  static let columns: [Column<CatalogueRow>] = [
    Column("name", .all) { $1.text($0.total.name) },
    Column("artifacts", .all, number: true) { $1.number($0.total.artifacts) },
    Column("version_count", .all, number: true) { $1.number($0.total.versions.count) },
    Column("latest_version", .all, version: true) { $1.text($0.latest) },
    Column("versions", .json, version: true) { row, cells in cells.list(row.newestFirst.map(\.text.string)) },
  ]

  private var latest: Text? { total.versions.lazy.map { Version($0) }.max()?.text }
  private var newestFirst: [Version] { total.versions.map { Version($0) }.sorted { $1 < $0 } }

  /// Writes the packages of the artifacts that match, by name.
  static func list(
    _ store: Store, _ filter: ListFilter, _ presentation: Presentation, _ output: BufferedOutput
  ) throws {
    let name = filter.package.map { ProjectName.canonical($0) }
    try ListRunner(store, all: columns, presentation, output).run { snapshot, body in
      try snapshot.forEachPackageTotal(name: name, in: filter.packages) { try body(CatalogueRow(total: $0)) }
    }
  }
}
