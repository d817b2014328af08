/// A share of memory that many threads take from and give back to, in bytes.
public final class ByteBudget: Sendable {
  /// The most that may be reserved at one time.
  public let limit: Int
  private let used = Lock(0)

  /// Makes a budget of `limit` bytes.
  public init(limit: Int) { self.limit = limit }

  /// Reserves `bytes` at once, or returns false and reserves nothing.
  public func tryReserve(_ bytes: Int) -> Bool {
    used.withLock { used in
      guard bytes <= limit - used else { return false }
      used += bytes
      return true
    }
  }

  /// Gives `bytes` back.
  public func release(_ bytes: Int) {
    used.withLock { used in
      used -= bytes
      precondition(used >= 0, "more was released than reserved")
    }
  }

  /// What is reserved now.
  public var reserved: Int { used.withLock { $0 } }
}
