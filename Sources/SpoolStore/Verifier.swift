import Digest
import LMDB
import WheelModel

/// Goes through a snapshot and notes what is wrong with it.
final class Verifier {
  /// More findings than this are counted only.
  static let longestList = 1000

  let transaction: ReadTransaction
  let tables: Tables
  let store: Store
  var report: VerifyReport
  var counters: Counters
  /// The ids of documents that artifacts name.
  var owned: [UInt64] = []
  /// The positions in use of each lineage, in order.
  var positions: [UInt32: [UInt32]] = [:]

  init(_ snapshot: borrowing Snapshot, _ report: VerifyReport = .init()) throws {
    transaction = snapshot.transaction.alias()
    tables = snapshot.tables
    store = snapshot.store
    self.report = report
    counters = Counters(chain: LogChain.genesis(store.id))
    do {
      counters = try transaction.counters(tables)
    } catch let error as StoreError {
      find(tables.meta, "counters", error.cause)
    }
  }

  func find(_ table: Table, _ subject: String, _ problem: String) {
    report.findingCount += 1
    guard report.findings.count < Self.longestList else { return }
    report.findings.append(Finding(database: table.name, subject: subject, problem: problem))
  }

  func find(_ table: Table, _ key: Span<UInt8>, _ problem: String) { find(table, StoreKey.describe(key), problem) }

  /// Walks a whole database; what is damaged is noted and left out, and the count compared with the counter.
  func walk<T>(_ table: Table, _ form: (Record) -> T?, _ body: (_ key: [UInt8], _ value: T) throws -> Void) {
    var count: UInt64 = 0
    attempt(table) {
      try transaction.forEach(table.database) { key, value in
        count += 1
        report.records += 1
        do {
          let record = try Record(sealed: value, table: table, key: key)
          if let value = form(record) {
            try body(key.copied, value)
          } else {
            find(table, key, "fields are missing")
          }
        } catch let error as StoreError {
          find(table, key, error.cause)
        }
        return true
      }
    }
    let expected = Tables.names.firstIndex(of: table.name).map { counters.records[$0] }
    if let expected, count != expected { find(table, "all", "\(count) records were found, \(expected) were written") }
  }

  /// Checks the records that the store is opened by.
  private func verifyMeta() {
    var seen = 0
    walk(tables.meta, { $0 }) { key, record in
      seen += 1
      if key == FormatRecord.key, FormatRecord(record)?.store != store.id {
        find(tables.meta, "format", "it is not this store's")
      }
    }
    if seen != 2 { find(tables.meta, "all", "\(seen) records were found, 2 were written") }
  }

  /// Compares LMDB's own counts, by which the store is opened, with what was written.
  private func verifyEntryCounts() {
    for (table, expected) in zip([tables.meta] + tables.counted, [2] + counters.records) {
      attempt(table) {
        let entries = UInt64(bitPattern: Int64(try transaction.entryCount(table.database)))
        if entries != expected {
          find(table, "all", "the list of databases says \(entries) records, \(expected) were written")
        }
      }
    }
  }

  /// Runs `body`; what it throws becomes a finding.
  func attempt(_ table: Table, _ subject: String = "all", _ body: () throws -> Void) {
    do {
      try body()
    } catch {
      find(table, subject, StoreError(error, operation: "walk", path: store.path).cause)
    }
  }

  func verifyStructure() throws {
    verifyMeta()
    verifyEntryCounts()
    verifyMembers()
    verifyArtifacts()
    verifyReleases()
    verifyDrops()
    verifyLineages()
    verifyDocumentRecords()
    verifyRetained()
    verifyLog()
    verifyIndex()
    walk(tables.pending, { $0 }) { key, _ in
      if try transaction.contains(tables.documents, key) { find(tables.pending, key.span, "the document is finished") }
    }
    walk(tables.sources, { SourceState($0) }) { key, source in
      if key != StoreKey.repository(source.repository) { find(tables.sources, key.span, "it lies under another's key") }
    }
    walk(tables.failures, { FailureRecord.read($0) }) { key, failure in
      if key != StoreKey.failure(failure) { find(tables.failures, key.span, "it lies under another's key") }
    }
    walk(tables.runs, { RunRecord($0) }) { key, run in
      if key != StoreKey.number(run.id) { find(tables.runs, key.span, "it lies under another's key") }
      if run.id >= counters.nextRun { find(tables.meta, "counters", "run \(run.id) is beyond the next one") }
    }
  }
}
