import Threads

/// Holds back all requests of a run while the server wants no more of them.
///
/// A server that says how many requests it still takes in the present period is sent no more than those, whatever the number of
/// workers, so that it need not refuse any. Times are seconds on the forward clock.
final class Throttle: Sendable {
  private struct State {
    var notBefore = 0.0
    var inFlight = 0
    /// How many requests may still begin before `resetsAt`; nil when nobody said.
    var allowance: Int?
    var resetsAt = 0.0
  }

  private let state = Lock(State())

  /// Asks that nothing be sent before a moment.
  func hold(until time: Double) { state.withLock { $0.notBefore = max($0.notBefore, time) } }

  /// Begins a request at `now`, or returns how long to wait before asking again, in seconds.
  func begin(at now: Double) -> Double {
    state.withLock { state in
      if state.notBefore > now { return state.notBefore - now }
      if let allowance = state.allowance {
        if now >= state.resetsAt {
          state.allowance = nil
        } else if allowance <= 0 {
          return state.resetsAt - now
        } else {
          state.allowance = allowance - 1
        }
      }
      state.inFlight += 1
      return 0
    }
  }

  /// Notes what the server says of its limit: `remaining` requests until the moment `resetsAt`.
  ///
  /// Those in flight may or may not be counted in it already, and answers may come out of order: of one period the least is
  /// believed. A reset that keeps moving away, as with a sliding window, begins a new period each time.
  func heed(remaining: Int, until resetsAt: Double) {
    state.withLock { state in
      let free = max(0, remaining) - max(0, state.inFlight - 1)
      if let allowance = state.allowance, resetsAt <= state.resetsAt + 1.5 {
        state.allowance = min(allowance, free)
      } else {
        state.allowance = free
        state.resetsAt = resetsAt
      }
    }
  }

  /// Ends a request, however it went.
  func end() { state.withLock { $0.inFlight -= 1 } }
}
