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
    Column("chain", .machine, stable: false) { $1.digest($0.entry.chain) },
    Column("record_hash", .machine, stable: false) { $1.digest($0.entry.recordHash) },
  ]

  static func list(
    _ store: Store, _ filter: ListFilter, _ presentation: Presentation, _ output: BufferedOutput
  ) throws {
    var last: UInt64 = 0
    // An entry is a whole by itself and never changes.
    try ListRunner(store, all: columns, presentation, output).run(paging: { _ in ReleaseMark() }) {
      snapshot, _, body in
      while try walk(snapshot, after: &last, filter, body) {}
    }
  }

  /// Hands over a stretch of the log and moves behind it; returns false at the end.
  private static func walk(
    _ snapshot: borrowing Snapshot, after last: inout UInt64, _ filter: ListFilter, _ body: (LogRow) throws -> Bool
  ) throws -> Bool {
    let entries = try snapshot.log(after: last, limit: 1024)
    for entry in entries {
      last = entry.sequence
      guard filter.matches(entry.release.repository), filter.matches(tag: entry.release.tag),
        filter.since.map({ entry.at >= $0 }) ?? true
      else { continue }
      if try !body(LogRow(entry: entry)) { return false }
    }
    return !entries.isEmpty
  }
}
