import Digest
import LMDB
import WheelModel

/// Builds a whole store out of what is whole in a damaged one.
final class Repairer {
  let store: Store
  let transaction: ReadTransaction
  let tables: Tables
  let target: WriterCore
  let decoder = DocumentDecoder()
  var report = RepairReport()

  /// Artifacts that are kept, by the keys of their records, with their places; their number is that of the store.
  var kept: [[UInt8]: (lineage: UInt32, position: UInt32)] = [:]
  /// Documents that kept artifacts name.
  var owned: Set<UInt64> = []
  /// Documents that do not decode to what was put.
  var bad: Set<UInt64> = []

  init(_ store: Store, _ transaction: borrowing ReadTransaction, _ tables: Tables, _ target: OpenEnvironment) {
    self.store = store
    self.transaction = transaction.alias()
    self.tables = tables
    self.target = WriterCore(target, store.directory, store.id, store.options, DocumentCache(limit: 0))
  }

  func run() throws {
    try begin()
    try findBadDocuments()
    try chooseArtifacts()
    try copyDocuments()
    try copyLog()
    try copyArtifacts()
    try rebuildLineages()
    try copyReleases()
    try copyJournal()
  }

  /// Writes the first records; numbers that were given out are not given out again.
  private func begin() throws {
    try target.open.environment.write { output in
      let format = FormatRecord(format: Marker.format, store: store.id)
      var counters = Counters(chain: LogChain.genesis(store.id))
      let old = try? transaction.counters(tables)
      counters.nextDocument = max(old?.nextDocument ?? 1, try lastNumber(tables.documents) + 1)
      counters.nextRun = max(old?.nextRun ?? 1, try lastNumber(tables.runs) + 1)
      counters.nextLineage = old?.nextLineage ?? 1
      try output.put(target.open.tables.meta, FormatRecord.key, format.writer)
      try output.put(target.open.tables.meta, Counters.key, counters.writer)
    }
  }

  /// The number that the last key of a database begins with; 0 when that cannot be had.
  func lastNumber(_ table: Table) throws -> UInt64 {
    (try? transaction.last(table.database) { key, _ in Fixed.bigEndian(key, at: 0, as: UInt64.self) ?? 0 }) ?? 0
  }

  func quarantine(_ table: Table, _ key: Span<UInt8>, _ why: String) {
    guard report.quarantined.count < Verifier.longestList else { return }
    report.quarantined.append(table.name + " " + StoreKey.describe(key) + ": " + why)
  }

  /// Walks what can be read of a database; the rest is noted and left out.
  func walk<T>(_ table: Table, _ form: (Record) -> T?, _ body: ([UInt8], T) throws -> Void) throws {
    var last: [UInt8]?
    do {
      try transaction.forEach(table.database) { key, value in
        last = key.copied
        do {
          let record = try Record(sealed: value, table: table, key: key)
          if let value = form(record) {
            try body(key.copied, value)
          } else {
            quarantine(table, key, "fields are missing")
          }
        } catch let error as StoreError where error.kind == .unusable {
          quarantine(table, key, error.cause)
        }
        return true
      }
    } catch let error as LMDBError {
      // A damaged page ends the walk: what lies beyond it is out of reach.
      let place = last ?? []
      quarantine(table, place.span, "nothing after it can be read: \(error.cause)")
    }
  }

  /// A record that can be read; nil for one that is missing or damaged.
  func readable<T>(_ table: Table, _ key: [UInt8], _ form: (Record) -> T?) -> T? {
    guard let record = try? transaction.record(table, key) else { return nil }
    return form(record)
  }

  /// The raw bytes of a document whose own hash is right; nil otherwise.
  func raw(_ id: UInt64) -> RawDocument? {
    let cache = store.cache
    guard let raw = try? decoder.decode(id, in: transaction, tables.documents, known: { cache[$0] }) else { return nil }
    cache.insert(id, raw)
    return raw
  }
}
