import LMDB

/// Copies a store into an empty environment, leaving out what only artifacts that are gone need, and encoding anew what
/// stands on it.
final class Compactor {
  let transaction: ReadTransaction
  let tables: Tables
  let target: OpenEnvironment
  let copy: TableCopy
  let repack: Bool
  let decoder = DocumentDecoder()
  let encoder: DocumentEncoder
  let cache: DocumentCache
  var report = CompactReport()
  /// Documents that are left out.
  var dropped: Set<UInt64> = []
  /// What stands in a dropped document's place: the first of its aliases.
  var heirs: [UInt64: UInt64] = [:]
  /// Documents whose form is not what artifacts' records say.
  var changed: [UInt64: DocumentInfo] = [:]
  /// The counters of the new store.
  var counters: Counters

  init(
    _ store: Store, _ transaction: borrowing ReadTransaction, _ tables: Tables, _ target: OpenEnvironment, repack: Bool
  ) {
    self.transaction = transaction.alias()
    self.tables = tables
    self.target = target
    self.repack = repack
    copy = TableCopy(transaction, to: target)
    let level = repack ? store.options.repackLevel : store.options.compressionLevel
    encoder = DocumentEncoder(level: level, decompressor: decoder.decompressor)
    cache = store.cache
    counters = Counters(chain: LogChain.genesis(store.id))
  }

  func run() throws {
    counters = try transaction.counters(tables)
    (counters.finishedDocuments, counters.rawBytes, counters.storedBytes) = (0, 0, 0)
    try findDropped()
    try copyDocuments()
    try copyArtifacts()
    try copyLineages()
    try copyPackages()
    try copy.each(tables.retained) { output, key, value in
      guard let id = Fixed.bigEndian(key, at: 0, as: UInt64.self), !dropped.contains(id) else { return 0 }
      try Seal.check(value, table: tables.retained, key: key)
      try output.put(target.tables.retained.database, key, value)
      return value.count
    }
    let asTheyAre = [
      (tables.log, target.tables.log), (tables.releases, target.tables.releases), (tables.drops, target.tables.drops),
      (tables.members, target.tables.members), (tables.sources, target.tables.sources),
      (tables.repositories, target.tables.repositories), (tables.failures, target.tables.failures),
      (tables.runs, target.tables.runs),
    ]
    for (from, to) in asTheyAre { try copy.copy(from, to: to) }
    try finish()
  }

  /// Retained documents go, but for the newest package rows of a lineage and those in pieces.
  private func findDropped() throws {
    try transaction.forEachRecord(tables.retained) { key, record in
      let retained = try record.decoded(tables.retained, key.copied) { RetainedDocument($0) }
      guard let id = Fixed.bigEndian(key, at: 0, as: UInt64.self) else { return true }
      let headKey = StoreKey.lineageHead(retained.lineage)
      let head = try transaction.record(tables.members, headKey).flatMap { Lineage($0, number: retained.lineage) }
      let lineage = try head.flatMap { try transaction.record(tables.lineages, $0.key) }.flatMap { Lineage($0) }
      let isTip = retained.slot == .packages && lineage?[.packages].document == id
      let found = try DocumentDecoder.header(id, in: transaction, tables.documents)
      // One in pieces stays for its aliases: to copy it under another id would take more memory than any other step.
      if !isTip && found?.header.codec != .pieces { dropped.insert(id) }
      return true
    }
    report.dropped = UInt64(dropped.count)
  }

  private func copyArtifacts() throws {
    let (from, to) = (tables.artifacts, target.tables.artifacts)
    try copy.each(from) { output, key, value in
      let record = try Record(sealed: value, table: from, key: key)
      let view = try record.decoded(from, key.copied) { ArtifactView($0) }
      guard view.documents.values.contains(where: { changed[$0.id] != nil }) else {
        try output.put(to.database, key, value, flags: .append)
        return value.count
      }
      var artifact = ArtifactRecord(view)
      artifact.documents = artifact.documents.mapValues { changed[$0.id] ?? $0 }
      try output.put(to, key.copied, artifact.writer, append: true)
      return value.count
    }
  }

  private func copyLineages() throws {
    let (from, to) = (tables.lineages, target.tables.lineages)
    try copy.each(from) { output, key, value in
      var lineage = try Record(sealed: value, table: from, key: key).decoded(from, key.copied) { Lineage($0) }
      for slot in DocumentSlot.allCases where dropped.contains(lineage[slot].document) {
        lineage[slot].document = heirs[lineage[slot].document] ?? 0
      }
      try output.put(to, key.copied, lineage.writer, append: true)
      return value.count
    }
  }

  private func finish() throws {
    try target.environment.write { output in
      for (index, table) in target.tables.counted.enumerated() {
        counters.records[index] = UInt64(try output.read.entryCount(table.database))
      }
      let format = try transaction.record(tables.meta, FormatRecord.key).flatMap { FormatRecord($0) }
      guard let format else { throw StoreError.usage("compact", "the store has no format record") }
      try output.put(target.tables.meta, FormatRecord.key, format.writer)
      try output.put(target.tables.meta, Counters.key, counters.writer)
    }
  }
}
