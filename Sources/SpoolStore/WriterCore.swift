import LMDB
import WheelModel

/// What the writer's thread works with; lives and dies on it.
final class WriterCore {
  let open: OpenEnvironment
  let options: StoreOptions
  let cache: DocumentCache
  let decoder = DocumentDecoder()
  let encoder: DocumentEncoder
  private let directory: StoreDirectory
  private let store: StoreID

  init(
    _ open: OpenEnvironment, _ directory: StoreDirectory, _ store: StoreID, _ options: StoreOptions,
    _ cache: DocumentCache
  ) {
    self.open = open
    self.options = options
    self.cache = cache
    self.directory = directory
    self.store = store
    encoder = DocumentEncoder(level: options.compressionLevel, decompressor: decoder.decompressor)
  }

  /// Runs a change in a transaction of its own and returns once it is durable.
  func change<R>(_ body: (Session) throws -> R) throws -> R {
    let (result, sequence) = try transact { session in (try body(session), session.counters.sequence) }
    try noteCommit(sequence)
    return result
  }

  /// Runs a change in a transaction of its own; grows the map and begins again when it is full.
  func transact<R>(_ body: (Session) throws -> R) throws -> R {
    while true {
      do {
        var fresh: [UInt64: RawDocument] = [:]
        let result = try open.environment.write { transaction in
          let session = try Session(transaction, self)
          let result = try body(session)
          try session.finish()
          fresh = session.fresh
          return result
        }
        for (id, document) in fresh { cache.insert(id, document) }
        return result
      } catch let error as LMDBError where error.code == .mapFull {
        let size = Int(try open.environment.info().mapBytes)
        try open.environment.grow(mapBytes: size + max(size, 64 << 20))
      }
    }
  }

  /// Lengthens the file to what LMDB counts, then notes the commit in `HEAD`.
  private func noteCommit(_ sequence: UInt64) throws {
    let info = try open.environment.info()
    try FileSystem.extend(directory.data, to: UInt64(info.neededBytes))
    try directory.writeHead(
      Head(
        store: store, sequence: sequence, transaction: info.lastTransactionID,
        fileBytes: FileSystem.size(directory.data) ?? 0))
  }
}
