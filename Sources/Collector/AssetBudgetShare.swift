import Threads

/// What one asset has taken from the shared budget; given back when nothing holds it any more.
final class BudgetShare: Sendable {
  private let budget: ByteBudget
  private let taken = Lock(0)

  init(_ budget: ByteBudget) { self.budget = budget }

  deinit { budget.release(bytes) }

  var bytes: Int { taken.withLock { $0 } }

  /// Takes more at once, or returns false and takes nothing.
  func tryReserve(_ bytes: Int) -> Bool {
    guard budget.tryReserve(bytes) else { return false }
    taken.withLock { $0 += bytes }
    return true
  }

  /// Gives some back.
  func release(_ bytes: Int) {
    taken.withLock { $0 -= bytes }
    budget.release(bytes)
  }
}
