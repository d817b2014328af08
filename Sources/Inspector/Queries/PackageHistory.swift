public import SpoolStore
public import WheelModel

/// One artifact that has a package, in the package's history.
struct HistoryRow {
  let name: Text
  let use: PackageUse

  static let columns: [Column<HistoryRow>] = [
    Column("name", .machine) { $1.text($0.name) },
    Column("versions", [.table, .json], version: true) { row, cells in cells.list(row.use.versions.map(\.string)) },
    Column("version", .csv, version: true) { row, cells in
      cells.text(row.use.versions.map(\.string).joined(separator: " "))
    },
    Column("artifact_key", .all) { $1.text($0.use.artifact.key) },
    Column("product_key", .all) { $1.text($0.use.artifact.repository.product) },
    Column("repository_key", .all) { $1.text($0.use.artifact.repository.repository) },
    Column("tag", .machine) { $1.text($0.use.tag) },
    Column("arch", .all) { $1.text($0.use.arch) },
    Column("variant", .machine) { $1.text($0.use.variant) },
    Column("series", .machine, version: true) { row, cells in cells.text(WheelModel.Tag(row.use.tag)?.series) },
    Column("created_at", .all) { $1.time($0.use.createdAt) },
  ]
}

/// Tells in which artifacts a package is, and at which versions, newest first.
public struct PackageHistory {
  /// Which artifacts to look at; its `package` is not used.
  public var filter = ListFilter()
  /// The only versions to show, compared as PEP 440 does; empty for all.
  public var versions: [Version] = []

  /// Makes the question about everything.
  public init() {}

  /// The names of the columns.
  public static var columns: [String] { HistoryRow.columns.map(\.name) }

  /// Writes the history.
  ///
  /// Throws `InspectorError` (`.notFound`) when no artifact has or had the package, `StoreError`, `OutputError`.
  public func write(
    _ store: Store, package: String, presentation: Presentation, to output: BufferedOutput
  ) throws {
    let name = ProjectName.canonical(Text(package))
    let runner = try ListRunner(store, all: HistoryRow.columns, presentation, output)
    let uses = try store.read { try gather(name, in: $0) }
    try runner.run { _, body in
      for use in uses where try !body(HistoryRow(name: name, use: use)) { return }
    }
  }

  private func gather(_ name: Text, in snapshot: borrowing Snapshot) throws -> [PackageUse] {
    var uses: [PackageUse] = []
    var isKnown = false
    var lastVersions: [Text] = []
    var lastMatches = false
    try snapshot.forEachUse(ofPackage: name) { use in
      isKnown = true
      guard filter.matches(use) else { return true }
      if !versions.isEmpty, use.versions != lastVersions {
        lastVersions = use.versions
        lastMatches = use.versions.contains { found in versions.contains { $0.isSame(as: Version(found)) } }
      }
      if versions.isEmpty || lastMatches { uses.append(use) }
      return true
    }
    try snapshot.confirmCount(of: .packages)
    guard isKnown else { throw try unknown(name, in: snapshot) }
    uses.sort { a, b in
      a.createdAt == b.createdAt ? a.artifact < b.artifact : b.createdAt < a.createdAt
    }
    return uses
  }

  private func unknown(_ name: Text, in snapshot: borrowing Snapshot) throws -> InspectorError {
    var nearest = NearestNames(to: name.string)
    try snapshot.forEachPackageName {
      nearest.offer($0.string)
      return true
    }
    return KeyResolver.notFound("package \(SafeText.escape(name))", nearest.names)
  }
}
