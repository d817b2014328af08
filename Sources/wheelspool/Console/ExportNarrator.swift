import Exporter
import Inspector
import WheelModel

/// Tells of an export's progress on standard error.
struct ExportNarrator: ExportObserver {
  let log: Log

  func committed(_ batch: CommittedBatch) {
    log.debug(
      "target has \(batch.releases.count) releases more, \(batch.artifacts) artifacts, "
        + "\(HumanSize.text(batch.documentBytes)); sequence \(batch.sequence) of \(batch.goal)")
  }

  func retrying(after error: ExportError, attempt: Int, seconds: Double) {
    log.warning("the target failed (\(error.cause)); attempt \(attempt) in \(Int(seconds.rounded(.up))) s")
  }

  func waitingForLock() { log.info("another export holds the target; waiting") }

  func setAside(_ issue: ExportIssue) {
    log.warning(
      "\(issue.repository.product) \(issue.tag) \(issue.artifactKey): \(issue.column) is set aside: "
        + "\(issue.message) (\(issue.code))")
  }

  func caughtUp(sequence: UInt64) { log.debug("the target is at sequence \(sequence), the store's last") }

  /// The sum of an export in one line.
  static func text(_ summary: ExportSummary) -> String {
    var text = summary.isDryRun ? "would write " : "wrote "
    text += "\(summary.releases) releases, \(summary.artifacts) artifacts, \(summary.packageRows) package rows, "
    text += "\(HumanSize.text(summary.documentBytes)) of documents"
    if summary.deletedReleases > 0 { text += "; removed \(summary.deletedReleases) releases" }
    if summary.strayRows > 0 { text += "; removed \(summary.strayRows) rows that hung on nothing" }
    if summary.openIssues > 0 { text += "; \(summary.openIssues) values are set aside" }
    if summary.retries > 0 { text += "; \(summary.retries) retries" }
    return text + "; store sequence \(summary.storeSequence)"
  }
}
