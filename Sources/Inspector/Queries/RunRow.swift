import SpoolStore
import WheelModel

/// One run of the collector in a list.
struct RunRow {
  let run: RunRecord

  static let columns: [Column<RunRow>] = [
    Column("run", .all, number: true) { $1.number($0.run.id) },
    Column("started_at", .all) { $1.time($0.run.startedAt) },
    Column("ended_at", .all) { $1.time($0.run.endedAt) },
    Column("outcome", .all) { $1.text($0.run.outcome.isEmpty ? nil : $0.run.outcome) },
    Column("pid", .machine, number: true) { $1.number($0.run.pid) },
    Column("listed", .all, number: true) { $1.number($0.run.counts.listed) },
    Column("committed", .all, number: true) { $1.number($0.run.counts.committed) },
    Column("unchanged", .all, number: true) { $1.number($0.run.counts.unchanged) },
    Column("withdrawn", .machine, number: true) { $1.number($0.run.counts.withdrawn) },
    Column("artifacts", .machine, number: true) { $1.number($0.run.counts.artifacts) },
    Column("failures", .all, number: true) { $1.number($0.run.counts.failures) },
    Column("requests", .machine, number: true) { $1.number($0.run.counts.requests) },
    Column("downloaded_bytes", .all, number: true) { $1.size($0.run.counts.downloadedBytes) },
    Column("stored_bytes", .machine, number: true) { $1.size($0.run.counts.storedBytes) },
    Column("sequence", .machine, number: true, stable: false) { $1.number($0.run.sequence) },
  ]

  static func list(
    _ store: Store, _ filter: ListFilter, _ presentation: Presentation, _ output: BufferedOutput
  ) throws {
    try ListRunner(store, all: columns, presentation, output).run { snapshot, body in
      try snapshot.forEachRun { run in
        guard filter.since.map({ run.startedAt >= $0 }) ?? true else { return true }
        return try body(RunRow(run: run))
      }
    }
  }
}
