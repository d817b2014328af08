import Testing
import Threads

/// The shared budget: never beyond its limit, and all of it back in the end.
struct ByteBudgetTests {
  @Test func reservingUpToTheLimit() {
    let budget = ByteBudget(limit: 100)
    #expect(budget.tryReserve(60))
    #expect(!budget.tryReserve(41))
    #expect(budget.reserved == 60)
    #expect(budget.tryReserve(40))
    #expect(!budget.tryReserve(1))
    #expect(budget.tryReserve(0))
    budget.release(60)
    #expect(budget.reserved == 40)
    #expect(budget.tryReserve(60))
    budget.release(100)
    #expect(budget.reserved == 0)
  }

  @Test func aRequestBeyondAllBoundsIsRefusedWithoutOverflow() {
    let budget = ByteBudget(limit: 100)
    #expect(budget.tryReserve(1))
    #expect(!budget.tryReserve(.max))
    #expect(budget.reserved == 1)
  }

  @Test func threadsTogetherStayWithinTheLimit() {
    let budget = ByteBudget(limit: 1000)
    let highest = Lock(0)
    let refused = Lock(0)
    let threads = (1...4).map { thread in
      Thread {
        for round in 0..<2000 {
          let share = 100 * thread + round % 50
          guard budget.tryReserve(share) else {
            refused.withLock { $0 += 1 }
            continue
          }
          let reserved = budget.reserved
          highest.withLock { $0 = max($0, reserved) }
          budget.release(share)
        }
      }
    }
    threads.forEach { $0.join() }
    #expect(highest.withLock { $0 } <= 1000)
    #expect(budget.reserved == 0)
  }

  @Test func releasingMoreThanWasReservedTraps() async {
    await #expect(processExitsWith: .failure) {
      let budget = ByteBudget(limit: 100)
      _ = budget.tryReserve(10)
      budget.release(11)
    }
  }
}
