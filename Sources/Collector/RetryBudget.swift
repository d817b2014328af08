import Threads

/// The retries that all requests of a run may make together, and its sense for a server that is dead.
///
/// A dead server must not cost hours: every answer earns one retry back, so that a run which gets on is never short of them, but
/// without answers the budget is soon spent, and when many requests in a row were given up the server is not asked any more.
final class RetryBudget: Sendable {
  private struct State {
    var left: Int
    var givenUpInRow = 0
  }

  private let most: Int
  private let deadRequests: Int
  private let state: Lock<State>

  /// Allows so many `retries`, and takes a server for dead after `deadRequests` requests in a row that were given up.
  init(_ retries: Int, deadRequests: Int) {
    most = retries
    self.deadRequests = deadRequests
    state = Lock(State(left: retries))
  }

  /// Takes one retry; false when none is left.
  func take() -> Bool {
    state.withLock { state in
      guard state.left > 0 else { return false }
      state.left -= 1
      return true
    }
  }

  /// Notes an answer.
  func answered() {
    state.withLock { state in
      if state.left < most { state.left += 1 }
      state.givenUpInRow = 0
    }
  }

  /// Notes that a request was given up. Returns whether the server counts as dead.
  func gaveUp() -> Bool {
    state.withLock { state in
      state.givenUpInRow += 1
      return state.givenUpInRow >= deadRequests
    }
  }
}
