/// A bounded queue between threads: senders wait while it is full, receivers while it is empty.
public final class Channel<Element: Sendable>: Sendable {
  private struct State {
    var elements: [Element] = []
    var isClosed = false
  }

  private let capacity: Int
  private let state = Lock(State())

  /// Makes a channel that holds at most `capacity` elements (at least 1).
  public init(capacity: Int) { self.capacity = max(capacity, 1) }

  /// Adds an element, waiting for room. Returns false, keeping nothing, when the channel is closed.
  @discardableResult
  public func send(_ element: Element) -> Bool {
    state.wait { state in
      if state.isClosed { return false }
      guard state.elements.count < capacity else { return nil }
      state.elements.append(element)
      return true
    } ?? false
  }

  /// Takes the oldest element, waiting for one. Returns nil once the channel is closed and empty.
  public func receive() -> Element? {
    let taken: Element?? = state.wait { state in
      if !state.elements.isEmpty { return .some(state.elements.removeFirst()) }
      return state.isClosed ? .some(nil) : nil
    }
    return taken ?? nil
  }

  /// Ends the channel: nothing more can be sent, what is in it can still be received.
  public func close() { state.withLock { $0.isClosed = true } }
}
