import SpoolStore
import Threads

/// Counts what a run does and hands events to its observer, one at a time.
final class RunMeter: Sendable {
  private let observer: any CollectObserver
  private let counts = Lock(RunRecord.Counts())
  private let speaking = Lock(UInt64(0))

  /// How many downloaded bytes pass between two reports of progress.
  private static let reportBytes: UInt64 = 1 << 20

  init(_ observer: any CollectObserver) { self.observer = observer }

  /// What was counted so far.
  var total: RunRecord.Counts { counts.withLock { $0 } }

  /// Changes the counts.
  func count(_ change: (inout RunRecord.Counts) -> Void) { counts.withLock { change(&$0) } }

  /// Hands an event to the observer.
  func tell(_ event: CollectEvent) { speaking.withLock { _ in observer.receive(event) } }

  /// Counts downloaded bytes, and reports progress now and then.
  func download(_ bytes: Int) {
    count { $0.downloadedBytes += UInt64(bytes) }
    let now = total
    speaking.withLock { reported in
      guard now.downloadedBytes >= reported + Self.reportBytes else { return }
      reported = now.downloadedBytes
      observer.receive(.progress(now))
    }
  }

  /// Reports progress.
  func report() { tell(.progress(total)) }
}
