import SpoolStore
import WheelModel

/// One package in the catalogue.
struct CatalogueRow {
  let name: Text
  /// The artifacts that have it.
  let artifacts: UInt64
  /// Its versions, the newest first.
  let versions: [Version]

  static let columns: [Column<CatalogueRow>] = [
    Column("name", .all) { $1.text($0.name) },
    Column("artifacts", .all, number: true) { $1.number($0.artifacts) },
    Column("version_count", .all, number: true) { $1.number($0.versions.count) },
    Column("latest_version", .all) { $1.text($0.versions.first?.text) },
    Column("versions", .json) { row, cells in cells.list(row.versions.map(\.text.string)) },
  ]

  /// Writes the packages of the artifacts that match, by name.
  static func list(
    _ store: Store, _ filter: ListFilter, _ presentation: Presentation, _ output: BufferedOutput
  ) throws {
    let name = filter.package.map { ProjectName.canonical($0) }
    try ListRunner(store, all: columns, presentation, output).run { snapshot, body in
      if filter.series != nil || filter.tag != nil || filter.since != nil {
        return try countUses(filter, only: name, in: snapshot, body)
      }
      var counter = Counter()
      var isDone = false
      try snapshot.forEachPackageStretch(name: name) { stretch in
        if let row = counter.begin(stretch.name), try !body(row) {
          isDone = true
          return false
        }
        guard filter.matches(stretch.repository), filter.variant.map({ $0 == stretch.variant }) ?? true,
          filter.arch.map({ $0 == stretch.arch }) ?? true
        else { return true }
        counter.add(stretch.versions, artifacts: stretch.artifacts)
        return true
      }
      if !isDone, let row = counter.finish() { _ = try body(row) }
    }
  }

  /// Looks at each artifact of each package: for filters that a lineage does not answer.
  private static func countUses(
    _ filter: ListFilter, only wanted: Text?, in snapshot: borrowing Snapshot, _ body: (CatalogueRow) throws -> Bool
  ) throws {
    var names: [Text] = wanted.map { [$0] } ?? []
    if wanted == nil {
      try snapshot.forEachPackageName {
        names.append($0)
        return true
      }
    }
    for name in names {
      var counter = Counter()
      _ = counter.begin(name)
      try snapshot.forEachUse(ofPackage: name) { use in
        if filter.matches(use) { counter.add(use.versions, artifacts: 1) }
        return true
      }
      if let row = counter.finish(), try !body(row) { return }
    }
  }

  /// Sums up one name after another.
  private struct Counter {
    private var name: Text?
    private var artifacts: UInt64 = 0
    private var versions: Set<Text> = []
    private var last: [Text] = []

    /// Turns to a name; returns the row of the one before.
    mutating func begin(_ next: Text) -> CatalogueRow? {
      guard next != name else { return nil }
      defer { name = next }
      return finish()
    }

    mutating func add(_ found: [Text], artifacts count: UInt64) {
      guard count > 0 else { return }
      artifacts += count
      if found == last { return }
      last = found
      versions.formUnion(found)
    }

    /// Returns the row of the name at hand; nil when no artifact has it.
    mutating func finish() -> CatalogueRow? {
      defer { (artifacts, versions, last) = (0, [], []) }
      guard let name, artifacts > 0 else { return nil }
      let newestFirst = versions.map { Version($0) }.sorted { $1 < $0 }
      return CatalogueRow(name: name, artifacts: artifacts, versions: newestFirst)
    }
  }
}
