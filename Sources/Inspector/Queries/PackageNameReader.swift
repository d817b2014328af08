import JSONScan
import SpoolStore
import WheelModel

/// Where the names of one artifact's packages are.
enum PackageNameSource {
  /// Its own list.
  case list(PackageList)
  /// The names of all artifacts; which set of them is its own; sets that have been written.
  case shared(PackageNames, set: Int, PackageNameCache)

  /// The names, sorted by bytes.
  func texts(of view: ArtifactView) -> [Text] {
    switch self {
    case .list(let list): return list.names
    case .shared(let names, _, _):
      var texts: [Text] = []
      names.forEach(of: view) { texts.append($0) }
      return texts
    }
  }

  /// Writes the names as a JSON array.
  func write(_ view: ArtifactView, to cells: inout CellWriter) {
    switch self {
    case .list(let list):
      cells.json { json in json.array { json in list.forEachName { name, _ in json.utf8(name) } } }
    case .shared(let names, let set, let cache):
      if let known = cache[set] { return cells.json(again: known) }
      let start = cells.bytes.count
      cells.json { json in json.array { json in names.forEach(of: view) { json.utf8($0.utf8.span) } } }
      cache.keep(Array(cells.bytes[start...]), as: set)
    }
  }
}

/// Keeps the JSON of the sets of names that were written last.
final class PackageNameCache {
  /// How many sets are kept, each where its number's last bits say.
  private static let count = 64
  /// Texts beyond this are written anew each time.
  private static let longest = 1 << 16

  private var kept: [(set: Int, text: [UInt8])] = Array(repeating: (Int.min, []), count: PackageNameCache.count)

  subscript(set: Int) -> [UInt8]? {
    let entry = kept[set & (Self.count - 1)]
    return entry.set == set ? entry.text : nil
  }

  func keep(_ text: [UInt8], as set: Int) {
    if text.count <= Self.longest { kept[set & (Self.count - 1)] = (set, text) }
  }
}

/// Finds the names of one artifact's packages after another: for a few out of their own documents, for many out of the
/// package index.
final class PackageNameReader {
  /// So many artifacts are read one by one: then the index is worth its reading.
  static let few = 64

  private var count = 0
  private var shared: (names: PackageNames, cache: PackageNameCache)?
  private var isTried = false
  private var sequence: UInt64?

  /// Forgets what another snapshot told, unless nothing has changed since: a long list takes several.
  func begin(_ snapshot: borrowing Snapshot) throws {
    let now = try snapshot.sequence
    guard now != sequence else { return }
    sequence = now
    shared = nil
    isTried = false
  }

  /// Finds the names of one artifact of the snapshot at hand.
  func source(of view: ArtifactView, in snapshot: borrowing Snapshot) throws -> PackageNameSource {
    count += 1
    if count > Self.few, !isTried {
      isTried = true
      shared = try snapshot.packageNames().map { ($0, PackageNameCache()) }
    }
    guard let (names, cache) = shared else { return .list(try snapshot.packageList(view)) }
    return .shared(names, set: try names.set(of: view), cache)
  }
}
