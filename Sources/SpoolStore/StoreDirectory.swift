import LMDB
import WheelModel

/// The files of a store.
struct StoreDirectory: Sendable {
  let path: String

  var marker: String { path + "/" + Marker.fileName }
  var head: String { path + "/" + Head.fileName }
  var collectorLock: String { path + "/collector.lock" }
  var data: String { path + "/data.mdb" }
  var lock: String { path + "/lock.mdb" }
  /// The directory where `compact` and `repair` build the next data file.
  var rebuilding: StoreDirectory { StoreDirectory(path: path + "/rebuild.tmp") }

  /// The directory in it where `repair` gathers what is whole in the old one.
  var salvage: StoreDirectory { StoreDirectory(path: rebuilding.path + "/salvage.tmp") }

  /// Names that creating a store leaves behind when it is cut short.
  static let ownNames: Set<String> = [
    Marker.fileName, Marker.fileName + ".tmp", Head.fileName, "collector.lock", "data.mdb", "lock.mdb", "rebuild.tmp",
  ]

  /// Reads `STORE`; nil when there is none.
  func readMarker() throws(StoreError) -> Marker? {
    guard let bytes = try FileSystem.read(marker, limit: Marker.longest) else { return nil }
    return try Marker.parse(bytes, path: path)
  }

  /// Reads `HEAD`; nil when it is absent or torn.
  func readHead() -> Head? {
    guard let bytes = try? FileSystem.read(head, limit: Head.byteCount) else { return nil }
    return Head(bytes)
  }

  func writeHead(_ value: Head, flushing: Bool = false) throws(StoreError) {
    guard let file = try LockFile.open(head, create: true) else { return }
    try file.overwrite(value.bytes)
    if flushing { try file.flush() }
  }

  /// Reads and checks the first pages of the data file before anything maps it.
  func inspect() throws(StoreError) -> MetaPages {
    var tries = 0
    while true {
      tries += 1
      guard let bytes = try FileSystem.read(data, limit: MetaPages.inspectedBytes) else {
        throw damaged("data.mdb is missing")
      }
      guard !bytes.isEmpty else { throw damaged("data.mdb is empty") }
      do throws(LMDBError) {
        return try MetaPages.inspect(bytes.span)
      } catch {
        // A commit of another process may have been half-way.
        guard tries < 5 else { throw damaged("data.mdb: " + (error.subject ?? error.cause)) }
      }
    }
  }

  /// Removes what a rebuild that was cut short has left behind.
  func removeRebuild() throws(StoreError) {
    for directory in [salvage, rebuilding] where FileSystem.isDirectory(directory.path) {
      try FileSystem.remove(directory.data)
      try FileSystem.remove(directory.lock)
      try FileSystem.removeDirectory(directory.path)
    }
  }

  func damaged(_ cause: String) -> StoreError {
    StoreError(
      .unusable, .damaged, operation: "open \(path)", cause: cause,
      hint: "restore the store from a backup, or collect into a new one")
  }
}
