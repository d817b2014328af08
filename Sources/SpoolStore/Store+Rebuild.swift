import LMDB

extension Store {
  /// Builds a new data file aside, then puts it in place of the old one.
  ///
  /// `build` is handed the old state and an empty environment, and must leave a whole store in it. Until the very rename
  /// a crash leaves the old file as it was; readers of it go on, and change over with their next transaction.
  func rebuild<R>(_ operation: String, _ build: (OpenEnvironment, OpenEnvironment) throws -> R) throws(StoreError) -> R
  {
    guard mode != .read else { throw .usage(operation, "the store was opened for reading only") }
    let source = try current()
    try directory.removeRebuild()
    try FileSystem.makeDirectory(directory.rebuilding.path)
    do {
      let target = try openEmpty(directory.rebuilding)
      let result: R
      do {
        result = try build(source, target)
        try target.environment.sync()
      } catch {
        target.environment.close()
        throw error
      }
      let info = try target.environment.info()
      let sequence = try target.environment.read { try $0.counters(target.tables).sequence }
      target.environment.close()
      try FileSystem.extend(directory.rebuilding.data, to: UInt64(info.neededBytes))
      try exchange { () throws(StoreError) in try replaceData(sequence, info.lastTransactionID) }
      return result
    } catch {
      try? directory.removeRebuild()
      throw StoreError(error, operation: operation + " " + path, path: path)
    }
  }

  /// Opens an environment for building in a directory that is there.
  func openEmpty(_ place: StoreDirectory) throws -> OpenEnvironment {
    var settings = EnvironmentOptions()
    settings.mapBytes = options.mapBytes
    settings.maxDatabases = 32
    let environment = try Environment.open(path: place.path, options: settings)
    do {
      let tables = Tables(try environment.openDatabases(["meta"] + Tables.names, create: true))
      return OpenEnvironment(environment: environment, tables: tables)
    } catch {
      environment.close()
      throw error
    }
  }

  /// Exchanges the files while nobody may open the store.
  ///
  /// LMDB takes the newest transaction from the lock file, which would name one that the new data file does not have: so
  /// the lock file goes too. `HEAD` names no transaction from before the exchange to after it.
  private func replaceData(_ sequence: UInt64, _ transaction: UInt64) throws(StoreError) {
    guard let marker = try LockFile.open(directory.marker) else { throw StoreOpening.notAStore(path) }
    _ = try marker.take(exclusive: true, waiting: true)
    defer { marker.release() }
    let length = FileSystem.size(directory.rebuilding.data) ?? 0
    try directory.writeHead(
      Head(store: id, sequence: sequence, transaction: 0, fileBytes: 0), flushing: true)
    try FileSystem.remove(directory.lock)
    try FileSystem.rename(directory.rebuilding.data, to: directory.data)
    try FileSystem.flushDirectory(path)
    try directory.writeHead(Head(store: id, sequence: sequence, transaction: transaction, fileBytes: length))
    try directory.removeRebuild()
  }
}
