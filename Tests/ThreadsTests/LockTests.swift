import Testing
import Threads

/// The lock: alone with the value, waiting for a change, and waiting no longer than asked.
struct LockTests {
  @Test func noIncrementIsLost() {
    let count = Lock(0)
    let threads = (0..<4).map { _ in
      Thread { for _ in 0..<10_000 { count.withLock { $0 += 1 } } }
    }
    threads.forEach { $0.join() }
    #expect(count.withLock { $0 } == 40_000)
  }

  @Test func aChangeWakesWhoWaits() {
    let value = Lock(0)
    let seen = Lock<Int?>(nil)
    let waiter = Thread {
      let found = value.wait { $0 >= 3 ? $0 : nil }
      seen.withLock { $0 = found }
    }
    for _ in 0..<3 { value.withLock { $0 += 1 } }
    waiter.join()
    #expect(seen.withLock { $0 } == 3)
  }

  @Test func whatAWaiterChangesWakesTheNext() {
    let turn = Lock(0)
    let order = Lock<[Int]>([])
    let threads = (0..<5).reversed().map { number in
      Thread {
        let mine: Bool? = turn.wait { turn in
          guard turn == number else { return nil }
          order.withLock { $0.append(number) }
          turn += 1
          return true
        }
        if mine != true { order.withLock { $0.append(-1) } }
      }
    }
    threads.forEach { $0.join() }
    #expect(order.withLock { $0 } == [0, 1, 2, 3, 4])
  }

  @Test(arguments: [0, 0.01, 0.25, -1]) func waitingEndsAtTheTimeout(timeout: Double) {
    let value = Lock(0)
    let clock = ContinuousClock()
    let start = clock.now
    let result: Int? = value.wait(timeout: timeout) { _ in nil }
    let elapsed = start.duration(to: clock.now)
    #expect(result == nil)
    #expect(elapsed >= .seconds(max(timeout, 0)) - .milliseconds(1))
    #expect(elapsed < .seconds(30))
    // The lock was given back.
    #expect(value.withLock { $0 } == 0)
  }

  @Test func aTimeoutDoesNotMatterWhenItIsTrueAlready() {
    let value = Lock(7)
    #expect(value.wait(timeout: 0) { $0 } == 7)
    #expect(value.wait(timeout: 1e300) { $0 } == 7)
    #expect(value.wait(timeout: .infinity) { $0 } == 7)
  }

  @Test func anErrorGivesTheLockBack() {
    struct Stop: Error {}
    let value = Lock(0)
    #expect(throws: Stop.self) {
      try value.withLock { value in
        value = 1
        throw Stop()
      }
    }
    #expect(value.withLock { $0 } == 1)
  }
}
