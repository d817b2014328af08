import Glibc
import Threads

/// Counts who is inside the environment, so that what needs it alone (growing, closing, opening databases) can wait.
///
/// The gate knows the threads: one that would wait for itself traps with a sentence instead of hanging.
final class TransactionGate: Sendable {
  private struct State {
    /// One element for each transaction or call that is under way: the thread it runs on.
    var inside: [pthread_t] = []
    var writer: pthread_t?
    var waitingForAlone = 0
    var isAlone = false
    var isClosed = false
  }

  private let state = Lock(State())

  /// Enters, waiting while someone needs the environment alone. Throws `closed` after `close`.
  func enter(_ operation: LMDBError.Operation) throws(LMDBError) {
    let me = pthread_self()
    let isOpen = state.wait { state in
      if state.isClosed { return false }
      // A thread that is inside already is let in at once: whoever waits, waits for it.
      guard state.inside.contains(me) || (!state.isAlone && state.waitingForAlone == 0) else { return nil }
      state.inside.append(me)
      return true
    }
    guard isOpen == true else { throw LMDBError(.closed, operation) }
  }

  /// Leaves; the counterpart of one `enter`.
  func leave() {
    let me = pthread_self()
    state.withLock { state in
      guard let index = state.inside.lastIndex(of: me) else {
        preconditionFailure("a transaction must end on the thread where it began")
      }
      state.inside.remove(at: index)
    }
  }

  /// Whether this thread is inside.
  var holdsThisThread: Bool {
    let me = pthread_self()
    return state.withLock { $0.inside.contains(me) }
  }

  /// Notes that this thread is about to begin a write transaction.
  func willWrite() {
    let me = pthread_self()
    state.withLock { state in
      precondition(state.writer != me, "a write transaction is open on this thread: a second one would wait for ever")
    }
  }

  /// Notes that this thread holds the write transaction.
  func didBeginWrite() { state.withLock { $0.writer = pthread_self() } }

  /// Notes that the write transaction is over; called while it is still exclusive or has just ended.
  func didEndWrite() {
    let me = pthread_self()
    state.withLock { state in
      if state.writer == me { state.writer = nil }
    }
  }

  /// Runs `body` with nobody inside. Throws `closed` after `close`.
  func alone<R>(
    _ operation: LMDBError.Operation, closing: Bool = false, _ body: () throws(LMDBError) -> R
  ) throws(LMDBError) -> R {
    let me = pthread_self()
    let isOpen = state.withLock { state in
      precondition(!state.inside.contains(me), "end the transaction of this thread first: \(operation.rawValue)")
      if state.isClosed { return false }
      state.waitingForAlone += 1
      return true
    }
    guard isOpen else { throw LMDBError(.closed, operation) }
    let isStillOpen = state.wait { state -> Bool? in
      guard state.inside.isEmpty, !state.isAlone else { return nil }
      state.waitingForAlone -= 1
      if state.isClosed { return false }
      state.isAlone = true
      return true
    }
    guard isStillOpen == true else { throw LMDBError(.closed, operation) }
    defer {
      state.withLock { state in
        state.isAlone = false
        if closing { state.isClosed = true }
      }
    }
    return try body()
  }
}
