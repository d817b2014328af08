import Threads

/// Holds back all requests of a run while the server wants no more of them.
final class Throttle: Sendable {
  private let notBefore = Lock(0.0)

  /// Asks that nothing be sent for `seconds` from `now`, both on the forward clock.
  func hold(until time: Double) { notBefore.withLock { $0 = max($0, time) } }

  /// How long to wait at `now`, in seconds.
  func wait(at now: Double) -> Double { notBefore.withLock { max(0, $0 - now) } }
}
