import Digest
import SpoolStore
import WheelModel

/// One entry of the commit log in a list.
struct LogRow {
  let entry: LogEntry

  static let columns: [Column<LogRow>] = [
    Column("sequence", .all, number: true, stable: false) { $1.number($0.entry.sequence) },
    Column("operation", .all) { $1.text($0.entry.operation.description) },
    Column("product_key", .all) { $1.text($0.entry.release.repository.product) },
    Column("repository_key", .all) { $1.text($0.entry.release.repository.repository) },
    Column("tag", .all) { $1.text($0.entry.release.tag) },
    Column("committed_at", .all, stable: false) { $1.time($0.entry.at) },
    Column("chain", .machine, stable: false) { $1.text($0.entry.chain.hex) },
    Column("record_hash", .machine, stable: false) { $1.text($0.entry.recordHash.hex) },
  ]

  static func list(
    _ store: Store, _ filter: ListFilter, _ presentation: Presentation, _ output: BufferedOutput
  ) throws {
    let paging = ListRunner<LogRow>.Paging(
      isAfter: { $1.entry.sequence < $0.entry.sequence },
      // An entry is a whole by itself and never changes.
      release: { ReleaseKey(RepositoryKey(product: "", repository: ""), tag: Text(String($0.entry.sequence))) })
    try ListRunner(store, all: columns, presentation, output).run(paging: paging) { snapshot, body in
      var after: UInt64 = 0
      while let last = try walk(snapshot, after: after, filter, body) { after = last }
    }
  }

  /// Hands over a stretch of the log; returns its last sequence, nil at the end.
  private static func walk(
    _ snapshot: borrowing Snapshot, after sequence: UInt64, _ filter: ListFilter, _ body: (LogRow) throws -> Bool
  ) throws -> UInt64? {
    let entries = try snapshot.log(after: sequence, limit: 1024)
    for entry in entries {
      guard filter.matches(entry.release.repository), filter.tag.map({ $0 == entry.release.tag }) ?? true,
        filter.since.map({ entry.at >= $0 }) ?? true
      else { continue }
      if try !body(LogRow(entry: entry)) { return nil }
    }
    return entries.last?.sequence
  }
}
