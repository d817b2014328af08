import LMDB
import WheelModel

/// Opens the data file of a store, once everything that can be checked cheaply is found whole.
struct StoreOpening {
  let directory: StoreDirectory
  let options: StoreOptions
  /// Whether this process holds the collector's lock.
  let isCollector: Bool
  /// Whether what is damaged or missing is passed over, for `repair` to see to.
  var isLenient = false

  /// Opens the environment of the store named by `STORE`, sharing the marker's lock so that `compact` cannot replace the
  /// data file meanwhile.
  func open() throws(StoreError) -> (marker: Marker, opened: OpenEnvironment, readerLock: LockFile?) {
    guard let marker = try directory.readMarker(), let lock = try LockFile.open(directory.marker) else {
      throw Self.notAStore(directory.path)
    }
    _ = try lock.take(exclusive: false, waiting: true)
    defer { lock.release() }
    // HEAD is written after the commit it names: read before the data file, it is never ahead of a healthy one.
    let head = directory.readHead()
    let pages = try directory.inspect()
    try checkLength(pages, head)
    let (environment, readerLock) = try openEnvironment()
    do {
      let tables = Tables(try environment.openDatabases(["meta"] + Tables.names, create: isLenient))
      if !isLenient { try environment.read { try check($0, tables, marker, head) } }
      return (marker, OpenEnvironment(environment: environment, tables: tables), readerLock)
    } catch let error as LMDBError where error.code == .notFound {
      environment.close()
      throw directory.damaged("database \(error.subject ?? "") is missing")
    } catch {
      environment.close()
      throw StoreError(error, operation: "open \(directory.path)", path: directory.path)
    }
  }

  private func openEnvironment() throws(StoreError) -> (Environment, LockFile?) {
    var settings = EnvironmentOptions()
    settings.mapBytes = options.mapBytes
    settings.maxDatabases = 32
    settings.isReadOnly = !isCollector
    do throws(LMDBError) {
      return (try Environment.open(path: directory.path, options: settings), nil)
    } catch {
      let isRefused = error.code == .accessDenied || error.code == .readOnlyFileSystem
      guard !isCollector, isRefused else {
        throw StoreError(error, operation: "open \(directory.path)", path: directory.path)
      }
    }
    // Without a lock file nobody sees this reader: so nobody may write as long as it is there.
    let lock = try LockFile.open(directory.collectorLock)
    if let lock, try !lock.take(exclusive: false, waiting: false) {
      throw Self.busy(directory, "a collector is at work, and this user may not take part in the store's locks")
    }
    settings.noLock = true
    do throws(LMDBError) {
      return (try Environment.open(path: directory.path, options: settings), lock)
    } catch {
      throw StoreError(error, operation: "open \(directory.path)", path: directory.path)
    }
  }

  /// Tells a file that was cut from one whose last pages were never written, and lengthens the latter.
  private func checkLength(_ pages: MetaPages, _ head: Head?) throws(StoreError) {
    let needed = UInt64(pages.neededBytes)
    let length = FileSystem.size(directory.data) ?? 0
    guard length < needed else { return }
    // The writer lengthens the file before it writes HEAD: HEAD of this very commit means that it was long enough once.
    if !isLenient, let head, head.transaction == pages.transactionID, head.fileBytes > length {
      throw directory.damaged("data.mdb has \(length) bytes of \(needed): it was cut")
    }
    if isCollector { return try FileSystem.extend(directory.data, to: needed) }
    guard let lock = try LockFile.open(directory.collectorLock) else { return }
    guard try lock.take(exclusive: true, waiting: false) else { return }
    guard FileSystem.mayWrite(directory.data) else {
      throw directory.damaged("data.mdb has \(length) bytes of \(needed), and this user may not lengthen it")
    }
    try FileSystem.extend(directory.data, to: needed)
  }

  /// Compares what the data file says of itself with the marker, with HEAD, and with the databases' own counts.
  private func check(
    _ transaction: borrowing ReadTransaction, _ tables: Tables, _ marker: Marker, _ head: Head?
  ) throws {
    let key = FormatRecord.key
    guard let format = try transaction.record(tables.meta, key).flatMap({ FormatRecord($0) }) else {
      throw directory.damaged("data.mdb has no format record")
    }
    guard format.format <= Marker.format else { throw Marker.newer(format.format, path: directory.path) }
    guard format.store == marker.id else {
      throw directory.damaged("data.mdb is that of store \(format.store), STORE names \(marker.id)")
    }
    let counters = try transaction.counters(tables)
    for (table, count) in zip(tables.counted, counters.records) {
      let entries = try transaction.entryCount(table.database)
      guard UInt64(bitPattern: Int64(entries)) == count else {
        throw directory.damaged("\(table.name) has \(entries) records of \(count)")
      }
    }
    guard let head, head.store == marker.id else { return }
    guard !head.isAhead(of: counters.sequence, transaction: transaction.transactionID) else {
      throw StoreError(
        .unusable, .commitsMissing, operation: "open \(directory.path)",
        cause: "committed changes are missing: the newest was \(head.sequence), the data file ends at "
          + "\(counters.sequence)",
        hint: "restore data.mdb from a backup; or accept the loss: wheelspool verify --repair, then collect")
    }
  }

  static func notAStore(_ path: String) -> StoreError {
    let cause =
      if FileSystem.isDirectory(path) {
        "the directory holds no store"
      } else if FileSystem.exists(path) {
        "not a store: it is a file, not a directory"
      } else {
        "there is no such directory"
      }
    return StoreError(
      .unusable, .notAStore, operation: "open \(path)", cause: cause,
      hint: "wheelspool collect makes a store; --store or WHEELSPOOL_STORE names one")
  }

  static func busy(_ directory: StoreDirectory, _ cause: String) -> StoreError {
    StoreError(
      .busy, .busy, operation: "open \(directory.path)", cause: cause, hint: "try again when it has ended")
  }
}
