public import Digest
import LMDB

/// The store at one moment, lent to the body of `Store.read`.
public struct Snapshot: ~Copyable {
  let transaction: ReadTransaction
  let store: Store
  let opened: OpenEnvironment

  var tables: Tables { opened.tables }

  /// The last change's number.
  public var sequence: UInt64 { get throws { try transaction.counters(tables).sequence } }

  /// The chain hash after the change `sequence`; that of 0 depends on the store's id only. Nil for what is yet to come.
  public func chain(at sequence: UInt64) throws -> SHA256Digest? {
    if sequence == 0 { return LogChain.genesis(store.id) }
    return try logEntry(sequence)?.chain
  }

  /// One entry of the log; nil for what is yet to come.
  public func logEntry(_ sequence: UInt64) throws -> LogEntry? {
    let key = StoreKey.number(sequence)
    return try transaction.record(tables.log, key)?.decoded(tables.log, key) { LogEntry($0, sequence: sequence) }
  }

  /// The log's entries after `sequence`, oldest first, at most `limit`.
  public func log(after sequence: UInt64, limit: Int) throws -> [LogEntry] {
    var entries: [LogEntry] = []
    guard sequence < .max, limit > 0 else { return entries }
    let table = tables.log
    try transaction.forEach(table.database, from: StoreKey.number(sequence + 1)) { key, value in
      guard let number = Fixed.bigEndian(key, at: 0, as: UInt64.self) else { return false }
      let record = try Record(sealed: value, table: table, key: key)
      guard number == sequence + UInt64(entries.count) + 1 else {
        throw StoreError.damaged(table.name, key, "the entry before it is missing")
      }
      entries.append(try record.decoded(table, key.copied) { LogEntry($0, sequence: number) })
      return entries.count < limit
    }
    if entries.count < limit {
      let last = try transaction.counters(tables).sequence
      guard sequence + UInt64(entries.count) >= last else {
        throw StoreError.damaged(table.name, StoreKey.number(last).span, "the entries up to it are missing")
      }
    }
    return entries
  }

  /// Compares how many records of a database were seen with how many there must be.
  func checkCount(_ count: Int, _ table: Table) throws {
    let counters = try transaction.counters(tables)
    guard let index = Tables.names.firstIndex(of: table.name), counters.records[index] != UInt64(count) else { return }
    throw StoreError(
      .unusable, .damaged, operation: "walk \(table.name)",
      cause: "\(count) records were found, \(counters.records[index]) were written",
      hint: "wheelspool verify, then wheelspool verify --repair")
  }
}
