import CTestSystem
import Glibc
import Testing
import Threads

/// Threads of the system: one closure on one thread, and its end awaited.
struct ThreadTests {
  @Test func joinWaitsForTheEnd() {
    let gate = Lock(false)
    let ended = Lock(false)
    let thread = Thread {
      _ = gate.wait { $0 ? true : nil }
      ended.withLock { $0 = true }
    }
    #expect(!ended.withLock { $0 })
    gate.withLock { $0 = true }
    thread.join()
    #expect(ended.withLock { $0 })
    thread.join()
  }

  @Test func theClosureStaysOnAThreadOfItsOwn() {
    let ids = Lock<[pthread_t]>([])
    let thread = Thread {
      for _ in 0..<100 { ids.withLock { $0.append(pthread_self()) } }
    }
    thread.join()
    let seen = ids.withLock { $0 }
    #expect(seen.count == 100)
    #expect(Set(seen).count == 1)
    #expect(seen.first != pthread_self())
  }

  @Test func manyThreadsMayWaitForOne() {
    let gate = Lock(false)
    let passed = Lock(0)
    let one = Thread { _ = gate.wait { $0 ? true : nil } }
    let waiters = (0..<3).map { _ in
      Thread {
        one.join()
        passed.withLock { $0 += 1 }
      }
    }
    #expect(passed.withLock { $0 } == 0)
    gate.withLock { $0 = true }
    waiters.forEach { $0.join() }
    #expect(passed.withLock { $0 } == 3)
  }

  @Test func whatTheClosureHeldIsReleased() {
    final class Held: Sendable {}
    weak var held: Held?
    do {
      let object = Held()
      held = object
      let thread = Thread { withExtendedLifetime(object) {} }
      thread.join()
    }
    // The closure is let go before the end is told.
    #expect(held == nil)
  }

  @Test func theStackIsAsLargeAsAskedFor() {
    let given = Lock(0)
    let thread = Thread(stackBytes: 64 << 20) {
      var attributes = pthread_attr_t()
      var bytes = 0
      if unsafe pthread_getattr_np(pthread_self(), &attributes) == 0 {
        unsafe pthread_attr_getstacksize(&attributes, &bytes)
        unsafe pthread_attr_destroy(&attributes)
      }
      given.withLock { $0 = bytes }
    }
    thread.join()
    // No default is as large; the system may give more, as of a stack that is used again.
    #expect(given.withLock { $0 } >= 64 << 20)
  }
}
