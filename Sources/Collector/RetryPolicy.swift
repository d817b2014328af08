/// Decides how long to wait before a request is tried again: no clock, no randomness of its own.
///
/// Waits double from `firstWait` up to `longestWait`, each shortened by up to half at random so that many clients do not
/// come back together. A server that says how long to wait is obeyed up to `longestWait`.
struct RetryPolicy: Equatable, Sendable {
  /// The wait after the first failure, in seconds.
  var firstWait = 0.5
  /// The longest wait, in seconds.
  var longestWait = 60.0
  /// How often one request is tried in all.
  var attempts = 5

  /// What to do after a failure.
  enum Decision: Equatable {
    /// Try again after so many seconds.
    case wait(Double)
    /// Give up.
    case giveUp
  }

  /// Decides after the `failed`-th failure in a row (from 1).
  ///
  /// `asked` is what the server asked for, in seconds, if it did; `jitter` lies between 0 and 1.
  func decide(failed: Int, asked: Double?, jitter: Double) -> Decision {
    guard failed < attempts else { return .giveUp }
    let doubled = failed > 30 ? longestWait : min(longestWait, firstWait * Double(1 << max(0, failed - 1)))
    let own = doubled * (1 - 0.5 * min(max(jitter, 0), 1))
    guard let asked, asked.isFinite else { return .wait(own) }
    return .wait(max(own, min(max(asked, 0), longestWait)))
  }
}
