import Threads

/// The retries that all requests of a run may still make together: a dead server must not cost hours.
final class RetryBudget: Sendable {
  private let left: Lock<Int>

  init(_ retries: Int) { left = Lock(retries) }

  /// Takes one retry; false when none is left.
  func take() -> Bool {
    left.withLock { left in
      guard left > 0 else { return false }
      left -= 1
      return true
    }
  }
}
