import Threads

/// Asks a run to stop, and lets waits be cut short. May be used from any thread, but not from a signal handler.
public final class StopSignal: Sendable {
  private let state = Lock<Int32?>(nil)

  /// Makes a signal that has not been raised.
  public init() {}

  /// Asks to stop because of a signal, such as SIGINT; the first one counts.
  public func raise(_ signal: Int32) {
    state.withLock { state in if state == nil { state = signal } }
  }

  /// The signal that was raised; nil while there was none.
  public var signal: Int32? { state.withLock { $0 } }

  /// Whether to stop.
  public var isRaised: Bool { signal != nil }

  /// Waits `seconds`, or until the signal is raised; returns whether it is.
  @discardableResult
  public func wait(seconds: Double) -> Bool {
    state.wait(timeout: seconds) { $0 == nil ? nil : true } ?? false
  }
}
