import Digest
import LMDB
import WheelModel

/// One change of the store under way, within one write transaction, on the writer's thread.
final class Session {
  let transaction: WriteTransaction
  let tables: Tables
  let options: StoreOptions
  let encoder: DocumentEncoder
  let decoder: DocumentDecoder
  let cache: DocumentCache
  var counters: Counters
  /// Lineages that this change has looked up, by their keys; saved at its end.
  var lineages: [[UInt8]: Lineage] = [:]
  /// Raw bytes of documents that this change has put.
  var fresh: [UInt64: RawDocument] = [:]
  /// Package rows that were taken in before this change, for being long.
  var preparedRows: [ArtifactID: PreparedDocument] = [:]
  /// What the new documents take in the store.
  var storedBytes: UInt64 = 0

  init(_ transaction: borrowing WriteTransaction, _ core: WriterCore) throws {
    self.transaction = transaction.alias()
    tables = core.open.tables
    options = core.options
    encoder = core.encoder
    decoder = core.decoder
    cache = core.cache
    counters = try transaction.read.counters(tables)
  }

  /// Writes what was held back: lineages, then the counters.
  func finish() throws {
    for lineage in lineages.values.sorted(by: { $0.number < $1.number }) {
      try transaction.put(tables.lineages, lineage.key, lineage.writer)
    }
    for (index, table) in tables.counted.enumerated() {
      counters.records[index] = UInt64(try transaction.read.entryCount(table.database))
    }
    try transaction.put(tables.meta, Counters.key, counters.writer)
  }

  /// The lineage of an artifact, made when it is the first.
  func lineage(of artifact: Artifact) throws -> Lineage {
    let repository = artifact.id.repository
    let key = StoreKey.lineage(repository, variant: artifact.variant, arch: artifact.arch)
    if let lineage = try lineage(key: key) { return lineage }
    guard counters.nextLineage < .max else { throw StoreError.limit("number its lineages", "2^32 lineages") }
    let lineage = Lineage(
      repository: repository, variant: artifact.variant, arch: artifact.arch, number: counters.nextLineage)
    counters.nextLineage += 1
    try transaction.put(tables.members, StoreKey.lineageHead(lineage.number), lineage.headWriter, append: true)
    lineages[key] = lineage
    return lineage
  }

  func lineage(key: [UInt8]) throws -> Lineage? {
    if let lineage = lineages[key] { return lineage }
    guard let record = try transaction.read.record(tables.lineages, key) else { return nil }
    let lineage = try record.decoded(tables.lineages, key) { Lineage($0) }
    lineages[key] = lineage
    return lineage
  }

  /// The lineage of a number; nil when there is none.
  func lineage(number: UInt32) throws -> Lineage? {
    let head = StoreKey.lineageHead(number)
    guard let record = try transaction.read.record(tables.members, head) else { return nil }
    return try lineage(key: record.decoded(tables.members, head) { Lineage($0, number: number) }.key)
  }

  func save(_ lineage: Lineage) { lineages[lineage.key] = lineage }

  /// The record of a repository's counts, changed by `body`.
  func countRepository(
    _ key: RepositoryKey, sequence: UInt64, at time: Timestamp, _ body: (inout Overview.Repository) -> Void
  ) throws {
    let recordKey = StoreKey.repository(key)
    var counts =
      try transaction.read.record(tables.repositories, recordKey)
      .map { try $0.decoded(tables.repositories, recordKey) { Overview.Repository($0) } }
      ?? Overview.Repository(
        key: key, releases: 0, withdrawn: 0, incomplete: 0, artifacts: 0, sequence: 0, changedAt: time)
    body(&counts)
    counts.sequence = sequence
    counts.changedAt = time
    try transaction.put(tables.repositories, recordKey, counts.writer)
  }
}

extension StoreError {
  static func limit(_ operation: String, _ limit: String) -> StoreError {
    StoreError(.usage, .usage, operation: operation, cause: "the limit of \(limit) is reached")
  }

  static func usage(_ operation: String, _ cause: String) -> StoreError {
    StoreError(.usage, .usage, operation: operation, cause: cause)
  }
}
