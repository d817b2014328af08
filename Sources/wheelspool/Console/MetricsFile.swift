import Collector
import Glibc
import Inspector
import SpoolStore
import WheelModel

/// Writes a run's numbers in Prometheus's text format, for node_exporter's textfile collector.
enum MetricsFile {
  /// Replaces the file as a whole, so that no reader sees half of it.
  static func write(_ summary: RunSummary, seconds: Double, to path: String) throws {
    let temporary = path + ".\(getpid()).new"
    let descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw failure(path) }
    do {
      defer { close(descriptor) }
      try FileOutput(descriptor: descriptor).write(Array(text(summary, seconds: seconds).utf8).span)
      guard fsync(descriptor) == 0 else { throw failure(path) }
    } catch {
      unsafe unlink(temporary)
      throw error
    }
    guard unsafe rename(temporary, path) == 0 else {
      unsafe unlink(temporary)
      throw failure(path)
    }
  }

  private static func failure(_ path: String) -> Report.Failure {
    Report.Failure(
      report: Report(
        operation: "writing \(path)", cause: SystemText.message(errno), code: "E_LOCAL_IO", status: .localIO))
  }

  private static func text(_ summary: RunSummary, seconds: Double) -> String {
    let counts = summary.counts
    let now = Clock.now
    var rows: [(String, String, String)] = [
      ("last_run_timestamp_seconds", "When the last run ended.", "\(now.milliseconds / 1000)"),
      ("last_run_duration_seconds", "How long the last run took.", "\(Double(Int(seconds * 1000)) / 1000)"),
      ("last_run_exit_code", "How the last run ended.", "\(summary.exitCode)"),
      ("releases_listed", "Releases that the listings named.", "\(counts.listed)"),
      ("releases_committed", "Releases that were put into the store.", "\(counts.committed)"),
      ("releases_unchanged", "Releases that were skipped as unchanged.", "\(counts.unchanged)"),
      ("releases_withdrawn", "Releases that were withdrawn.", "\(counts.withdrawn)"),
      ("artifacts_read", "Artifacts that were read anew.", "\(counts.artifacts)"),
      ("failures_seen", "Failures that the last run saw.", "\(counts.failures)"),
      ("failures_open", "Failures that are open in the store.", "\(summary.openFailures)"),
      ("requests", "HTTP requests that were sent.", "\(counts.requests)"),
      ("downloaded_bytes", "Bytes that were downloaded.", "\(counts.downloadedBytes)"),
      ("stored_bytes", "Bytes that the new documents take in the store.", "\(counts.storedBytes)"),
    ]
    if let last = summary.lastCompleteAt {
      let age = max(0, now.milliseconds - last.milliseconds)
      rows.append(
        (
          "watermark_age_seconds", "How long ago the store was last known to have everything.",
          "\(age / 1000).\(age / 100 % 10)"
        ))
    }
    var text = ""
    func begin(_ name: String, _ help: String) {
      text += "# HELP wheelspool_collect_\(name) \(help)\n# TYPE wheelspool_collect_\(name) gauge\n"
    }
    for (name, help, value) in rows {
      begin(name, help)
      text += "wheelspool_collect_\(name) \(value)\n"
    }
    begin("failures", "Failures that are open in the store, by code.")
    for (code, count) in summary.openFailuresByCode.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
      text += "wheelspool_collect_failures{code=\"\(SafeText.escape(code.rawValue))\"} \(count)\n"
    }
    return text
  }
}
