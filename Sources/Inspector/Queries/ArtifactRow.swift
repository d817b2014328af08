import Digest
import SpoolStore
import WheelModel

/// One artifact in a list.
struct ArtifactRow {
  let view: ArtifactView
  /// Its package rows; read only when they are shown.
  var packages: PackageList?

  static let packageNames = "package_names"

  static let columns: [Column<ArtifactRow>] =
    [
      field("key", .key, .all),
      field("product_key", .product, .all),
      field("repository_key", .repository, .all),
      field("tag", .tag, .machine),
      field("commit", .commit, .machine),
      Column("type", .machine) { $1.text("wheels-collection") },
      Column("environments", .machine) { $1.list([]) },
      field("arch", .arch, .all),
      Column("archs", .machine) { $1.list([$0.view.text(.arch)?.string ?? ""]) },
      field("variant", .variant, .all),
      field("raw_variant", .rawVariant, .machine),
      field("series", .series, .all),
      Column("created_at", .all) { $1.time($0.view.createdAt) },
      Column(packageNames, .json) { row, cells in row.writePackageNames(&cells) },
      Column("packages", .table, number: true) { $1.number($0.view.packageRows) },
      Column("drop_keys", .machine) { $1.list([$0.dropKey.string]) },
      Column("asset", .json) { row, cells in row.writeAsset(&cells) },
      Column("documents", .json) { row, cells in row.writeDocuments(&cells) },
    ] + flat + [
      Column("sequence", .machine, number: true, stable: false) { $1.number($0.view.sequence) },
      Column("collected_at", .machine, stable: false) { $1.time($0.view.collectedAt) },
      Column("withdrawn_at", .machine) { $1.time($0.view.withdrawnAt) },
    ]

  /// The parts of nested members as columns of their own.
  private static let flat: [Column<ArtifactRow>] =
    [
      field("asset.name", .assetName, .csv),
      field("asset.url", .assetURL, .csv),
      Column("asset.size", [.table, .csv], number: true) { $1.size($0.view.assetBytes) },
      Column("asset.sha256", .csv) { $1.text($0.view.assetSHA256.hex) },
      field("asset.etag", .etag, .csv, stable: false),
      field("asset.last_modified", .lastModified, .csv, stable: false),
    ] + DocumentKind.allCases.sorted().flatMap(documentColumns)

  private static func documentColumns(_ kind: DocumentKind) -> [Column<ArtifactRow>] {
    let name = "documents." + kind.name
    return [
      Column(name + ".bytes", .csv, number: true) { $1.size($0.view.document(kind)?.bytes) },
      Column(name + ".sha256", .csv) { $1.text($0.view.document(kind)?.sha256.hex) },
      Column(name + ".stored_bytes", .csv, number: true, stable: false) {
        $1.size($0.view.document(kind)?.storedBytes)
      },
      Column(name + ".depth", .csv, number: true, stable: false) { $1.number($0.view.document(kind)?.depth) },
    ]
  }

  private static func field(
    _ name: String, _ field: ArtifactView.Field, _ place: ColumnPlace, stable: Bool = true
  ) -> Column<ArtifactRow> {
    Column(name, place, stable: stable) { row, cells in
      if row.view.withBytes(of: field, { cells.utf8($0) }) == nil { cells.null() }
    }
  }

  private var dropKey: Text {
    let id = view.id
    return Text(id.repository.product.string + "-" + id.key.string)
  }

  private func writeAsset(_ cells: inout CellWriter) {
    let isStable = cells.isStable
    cells.json { json in
      json.object {
        member(.assetName, as: "name", &$0)
        member(.assetURL, as: "url", &$0)
        $0.member("size", view.assetBytes)
        $0.member("sha256", view.assetSHA256)
        if isStable { return }
        member(.etag, as: "etag", &$0)
        member(.lastModified, as: "last_modified", &$0)
      }
    }
  }

  private func member(_ field: ArtifactView.Field, as name: String, _ json: inout JSONCell) {
    json.key(name)
    if view.withBytes(of: field, { json.utf8($0) }) == nil { json.text(nil) }
  }

  private func writePackageNames(_ cells: inout CellWriter) {
    guard cells.isJSON else { return cells.list((packages ?? .empty).names.map(\.string)) }
    cells.json { json in
      json.array { json in packages?.forEachName { name, _ in json.utf8(name) } }
    }
  }

  private func writeDocuments(_ cells: inout CellWriter) {
    let isStable = cells.isStable
    cells.json { json in
      json.object { documents in
        for kind in DocumentKind.allCases.sorted() {
          guard let info = view.document(kind) else { continue }
          documents.key(kind.name)
          documents.object {
            $0.member("bytes", info.bytes)
            $0.member("sha256", info.sha256)
            if isStable { return }
            $0.member("stored_bytes", info.storedBytes)
            $0.member("depth", info.depth)
          }
        }
      }
    }
  }

  static func list(
    _ store: Store, _ filter: ListFilter, _ presentation: Presentation, _ output: BufferedOutput
  ) throws {
    let runner = try ListRunner(store, all: columns, presentation, output)
    let needsPackages = runner.columns.contains { $0.name == packageNames }
    let paging = ListRunner<ArtifactRow>.Paging(
      isAfter: { $1.view.id < $0.view.id }, release: { $0.view.release })
    try runner.run(paging: paging) { snapshot, body in
      let holders = try filter.holders(in: snapshot)
      try snapshot.forEachArtifact(in: filter.scope) { view in
        guard filter.matches(view), holders?.contains(view.id) ?? true else { return true }
        var row = ArtifactRow(view: view)
        if needsPackages { row.packages = try snapshot.packageList(view) }
        return try body(row)
      }
    }
  }
}
