import Digest
import LMDB
import WheelModel

/// Takes the collector's lock, and makes a store where there is none.
enum StoreCreation {
  /// Takes the lock that one collector, compact or repair holds at a time; the error names the process that has it.
  static func takeCollectorLock(_ directory: StoreDirectory) throws(StoreError) -> LockFile {
    guard let lock = try LockFile.open(directory.collectorLock, create: true) else {
      throw StoreOpening.notAStore(directory.path)
    }
    guard try lock.take(exclusive: true, waiting: false) else {
      let text = try FileSystem.read(directory.collectorLock, limit: 64) ?? []
      let pid = String(decoding: text.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
      throw StoreOpening.busy(
        directory,
        pid.isEmpty
          ? "it is being read by a user who may not take part in its locks"
          : "another collector is at work, process \(pid)")
    }
    return lock
  }

  /// Makes a store in a directory that is absent, empty, or where making one was cut short.
  ///
  /// The marker comes last: without it the directory is no store. A data file whose marker was lost gets it back.
  static func create(_ directory: StoreDirectory, _ options: StoreOptions) throws(StoreError) {
    let strangers = try FileSystem.names(in: directory.path).filter { !StoreDirectory.ownNames.contains($0) }
    guard strangers.isEmpty else {
      throw StoreError(
        .unusable, .notAStore, operation: "create a store in \(directory.path)",
        cause: "the directory is not empty: it has \(strangers.sorted()[0])",
        hint: "name an empty or a new directory")
    }
    let hasData = FileSystem.size(directory.data).map { $0 > 0 } ?? false
    if hasData { _ = try directory.inspect() }
    var settings = EnvironmentOptions()
    settings.mapBytes = options.mapBytes
    settings.maxDatabases = 32
    do {
      let environment = try Environment.open(path: directory.path, options: settings)
      defer { environment.close() }
      let tables = Tables(try environment.openDatabases(["meta"] + Tables.names, create: true))
      let id = try environment.write { transaction in try begin(transaction, tables) }
      try FileSystem.replace(directory.marker, with: Array(Marker(id: id).text.utf8), directory: directory.path)
    } catch {
      throw StoreError(error, operation: "create a store in \(directory.path)", path: directory.path)
    }
  }

  /// Writes the first records, unless they are there; returns the store's identity.
  static func begin(_ transaction: borrowing WriteTransaction, _ tables: Tables) throws -> StoreID {
    if let record = try transaction.read.record(tables.meta, FormatRecord.key), let format = FormatRecord(record) {
      return format.store
    }
    let id = StoreID.random()
    try transaction.put(tables.meta, FormatRecord.key, FormatRecord(format: Marker.format, store: id).writer)
    try transaction.put(tables.meta, Counters.key, Counters(chain: LogChain.genesis(id)).writer)
    return id
  }
}
