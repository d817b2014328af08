import Digest
import SpoolStore
import WheelModel

/// One artifact in a list.
struct ArtifactRow {
  let view: ArtifactView
  /// Where the names of its packages are; read only when they are shown.
  var names: PackageNameSource?

  static let packageNames = "package_names"
  private static let kinds = DocumentKind.allCases.sorted()

  static let columns: [Column<ArtifactRow>] =
    [
      field("key", .key, .all),
      field("product_key", .product, .all),
      field("repository_key", .repository, .all),
      field("tag", .tag, .machine),
      field("commit", .commit, .machine),
      Column("type", .machine) { $1.text("wheels-collection") },
      Column("environments", .machine) { $1.list(EmptyCollection<String>()) },
      field("arch", .arch, .all),
      Column("archs", .machine) { row, cells in row.view.withBytes(of: .arch) { cells.list(ofOne: $0) } },
      field("variant", .variant, .all),
      field("raw_variant", .rawVariant, .machine),
      field("series", .series, .all, version: true),
      Column("created_at", .all) { $1.time($0.view.createdAt) },
      Column(packageNames, .json) { row, cells in row.writePackageNames(&cells) },
      Column("packages", .table, number: true) { $1.number($0.view.packageRows) },
      Column("drop_keys", .machine) { row, cells in row.writeDropKeys(&cells) },
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
      Column("asset.sha256", .csv) { $1.digest($0.view.assetSHA256) },
      field("asset.etag", .etag, .csv, stable: false),
      field("asset.last_modified", .lastModified, .csv, stable: false),
    ] + kinds.flatMap(documentColumns)

  private static func documentColumns(_ kind: DocumentKind) -> [Column<ArtifactRow>] {
    let name = "documents." + kind.name
    return [
      Column(name + ".bytes", .csv, number: true) { $1.size($0.view.document(kind)?.bytes) },
      Column(name + ".sha256", .csv) { $1.digest($0.view.document(kind)?.sha256) },
      Column(name + ".stored_bytes", .csv, number: true, stable: false) {
        $1.size($0.view.document(kind)?.storedBytes)
      },
      Column(name + ".depth", .csv, number: true, stable: false) { $1.number($0.view.document(kind)?.depth) },
    ]
  }

  private static func field(
    _ name: String, _ field: ArtifactView.Field, _ place: ColumnPlace, version: Bool = false,
    stable: Bool = true
  ) -> Column<ArtifactRow> {
    Column(name, place, version: version, stable: stable) { row, cells in
      if row.view.withBytes(of: field, { cells.utf8($0) }) == nil { cells.null() }
    }
  }

  private func writeDropKeys(_ cells: inout CellWriter) {
    guard cells.isJSON || cells.isCSV else { return cells.text(view.dropKey) }
    cells.json { json in
      json.array { json in
        view.withBytes(of: .product) { product in
          view.withBytes(of: .key) { json.utf8(product, hyphen: $0) }
        }
      }
    }
  }

  private func writeAsset(_ cells: inout CellWriter) {
    let isStable = cells.isStable
    cells.json { json in
      json.object {
        member(.assetName, as: Self.nameKey, &$0)
        member(.assetURL, as: Self.urlKey, &$0)
        $0.key(Self.sizeKey)
        $0.number(view.assetBytes)
        $0.key(Self.sha256Key)
        $0.digest(view.assetSHA256)
        if isStable { return }
        member(.etag, as: Self.etagKey, &$0)
        member(.lastModified, as: Self.lastModifiedKey, &$0)
      }
    }
  }

  private func member(_ field: ArtifactView.Field, as key: JSONKey, _ json: inout JSONCell) {
    json.key(key)
    if view.withBytes(of: field, { json.utf8($0) }) == nil { json.text(nil) }
  }

  private static let nameKey = JSONKey("name")
  private static let urlKey = JSONKey("url")
  private static let sizeKey = JSONKey("size")
  private static let sha256Key = JSONKey("sha256")
  private static let etagKey = JSONKey("etag")
  private static let lastModifiedKey = JSONKey("last_modified")
  private static let bytesKey = JSONKey("bytes")
  private static let storedBytesKey = JSONKey("stored_bytes")
  private static let depthKey = JSONKey("depth")
  private static let kindKeys = kinds.map { (kind: $0, key: JSONKey($0.name)) }

  private func writePackageNames(_ cells: inout CellWriter) {
    guard cells.isJSON else { return cells.list((names?.texts(of: view) ?? []).map(\.string)) }
    names?.write(view, to: &cells)
  }

  private func writeDocuments(_ cells: inout CellWriter) {
    let isStable = cells.isStable
    cells.json { json in
      json.object { documents in
        for (kind, key) in Self.kindKeys {
          guard let info = view.document(kind) else { continue }
          documents.key(key)
          documents.object {
            $0.key(Self.bytesKey)
            $0.number(info.bytes)
            $0.key(Self.sha256Key)
            $0.digest(info.sha256)
            if isStable { return }
            $0.key(Self.storedBytesKey)
            $0.number(info.storedBytes)
            $0.key(Self.depthKey)
            $0.number(info.depth)
          }
        }
      }
    }
  }

  static func list(
    _ store: Store, _ filter: ListFilter, _ presentation: Presentation, _ output: BufferedOutput
  ) throws {
    let runner = try ListRunner(store, all: columns, presentation, output)
    let names = runner.columns.contains { $0.name == packageNames } ? PackageNameReader() : nil
    try runner.run(paging: { ReleaseMark($0.view) }) { snapshot, place, body in
      let holders = try filter.holders(in: snapshot)
      try names?.begin(snapshot)
      try snapshot.forEachArtifact(in: filter.scope, from: &place) { view in
        guard filter.matches(view), holders?.contains(view.id) ?? true else { return true }
        return try body(ArtifactRow(view: view, names: try names?.source(of: view, in: snapshot)))
      }
    }
  }
}

extension ArtifactView {
  /// The key of the drop that it names.
  var dropKey: Text { Text((text(.product)?.string ?? "") + "-" + (text(.key)?.string ?? "")) }
}
