import Testing
import WheelModel

@testable import Collector

@Suite("Trying again")
struct RetryTests {
  @Test("waits double up to the longest, shortened by chance by at most half")
  func doubling() {
    let policy = RetryPolicy(firstWait: 1, longestWait: 10, attempts: 100)
    let waits = [1, 2, 4, 8, 10, 10] as [Double]
    for (index, wait) in waits.enumerated() {
      #expect(policy.decide(failed: index + 1, asked: nil, jitter: 0) == .wait(wait))
      #expect(policy.decide(failed: index + 1, asked: nil, jitter: 1) == .wait(wait / 2))
    }
    #expect(policy.decide(failed: 99, asked: nil, jitter: 0) == .wait(10))
  }

  @Test("ends after the last attempt")
  func end() {
    let policy = RetryPolicy(firstWait: 1, longestWait: 10, attempts: 3)
    #expect(policy.decide(failed: 2, asked: 1, jitter: 0) != .giveUp)
    #expect(policy.decide(failed: 3, asked: 1, jitter: 0) == .giveUp)
    #expect(RetryPolicy(firstWait: 1, longestWait: 10, attempts: 1).decide(failed: 1, asked: nil, jitter: 0) == .giveUp)
  }

  @Test(
    "obeys what the server asks for, within reason",
    arguments: [
      (5, 5), (0, 1), (-3, 1), (1e9, 10), (Double(Int.max), 10), (.infinity, 1), (.nan, 1), (0.5, 1),
    ] as [(Double, Double)])
  func asked(_ asked: Double, _ wait: Double) {
    let policy = RetryPolicy(firstWait: 1, longestWait: 10, attempts: 3)
    #expect(policy.decide(failed: 1, asked: asked, jitter: 0) == .wait(wait))
  }

  @Test("costs a run no more retries than its budget, which answers fill again")
  func budget() {
    let budget = RetryBudget(2, deadRequests: 9)
    #expect([budget.take(), budget.take(), budget.take(), budget.take()] == [true, true, false, false])
    for _ in 0..<5 { budget.answered() }
    #expect([budget.take(), budget.take(), budget.take()] == [true, true, false])
  }

  @Test("has a budget of any size")
  func largestBudget() {
    let budget = RetryBudget(.max, deadRequests: .max)
    budget.answered()
    #expect(budget.take() && !budget.gaveUp())
    budget.answered()
    #expect(budget.take())
  }

  @Test("ends when many requests in a row were given up, none in between answered")
  func dead() {
    let budget = RetryBudget(0, deadRequests: 3)
    #expect([budget.gaveUp(), budget.gaveUp()] == [false, false])
    budget.answered()
    #expect([budget.gaveUp(), budget.gaveUp(), budget.gaveUp(), budget.gaveUp()] == [false, false, true, true])
  }

  @Test("is held back for everybody together")
  func throttle() {
    let throttle = Throttle()
    #expect(throttle.begin(at: 10) == 0)
    throttle.hold(until: 15)
    throttle.hold(until: 12)
    #expect(throttle.begin(at: 10) == 5 && throttle.begin(at: 15) == 0 && throttle.begin(at: 20) == 0)
  }

  @Test("sends no more than the server still takes, those under way included")
  func allowance() {
    let throttle = Throttle()
    for _ in 0..<3 { #expect(throttle.begin(at: 0) == 0) }
    // One of three was answered: of 4 that are left, 2 may go to those under way.
    throttle.heed(remaining: 4, until: 10)
    throttle.end()
    #expect([throttle.begin(at: 1), throttle.begin(at: 1), throttle.begin(at: 1)] == [0, 0, 9])
    // An older answer that comes late does not raise it.
    throttle.heed(remaining: 8, until: 10)
    throttle.end()
    #expect(throttle.begin(at: 2) == 8)
    // Then a new period begins, of which nobody has said anything.
    for _ in 0..<9 { #expect(throttle.begin(at: 10) == 0) }
    throttle.heed(remaining: 1000, until: 70)
    #expect(throttle.begin(at: 11) == 0)
    throttle.heed(remaining: .min, until: 70)
    #expect(throttle.begin(at: 12) == 58)
  }

  @Test("goes on under a sliding limit")
  func slidingAllowance() {
    let throttle = Throttle()
    for second in 0..<100 {
      #expect(throttle.begin(at: Double(second)) == 0)
      throttle.heed(remaining: 10, until: Double(second + 60))
      throttle.end()
    }
  }

  @Test(
    "is for statuses that may pass",
    arguments: [
      (200, true, false, "accept"), (304, true, true, "notModified"), (304, true, false, "fail E_REDIRECT"),
      (401, true, false, "end E_REFUSED"), (403, true, false, "end E_REFUSED"), (401, false, false, "fail E_REFUSED"),
      (403, false, false, "fail E_REFUSED"), (404, true, false, "fail E_NOT_FOUND"),
      (410, false, false, "fail E_NOT_FOUND"),
      (400, true, false, "fail E_REFUSED"), (408, true, false, "retry E_SERVER"), (429, true, false, "retry E_SERVER"),
      (500, true, false, "retry E_SERVER"), (503, false, true, "retry E_SERVER"), (599, true, false, "retry E_SERVER"),
      (204, true, false, "fail E_SERVER"), (206, true, false, "fail E_SERVER"), (100, true, false, "fail E_SERVER"),
      (302, true, false, "fail E_REDIRECT"), (600, true, false, "fail E_SERVER"), (0, true, false, "fail E_SERVER"),
    ] as [(Int, Bool, Bool, String)])
  func statuses(_ status: Int, _ isOrigin: Bool, _ isConditional: Bool, _ expected: String) {
    let verdict = AnswerVerdict.judge(status: status, isOrigin: isOrigin, isConditional: isConditional)
    let text =
      switch verdict {
      case .accept: "accept"
      case .notModified: "notModified"
      case .retry(let reason): reason.isPermanent ? "wrong" : "retry \(reason.code)"
      case .fail(let reason): reason.isPermanent ? "fail \(reason.code)" : "wrong"
      case .endRepository(let reason): "end \(reason.code)"
      }
    #expect(text == expected)
  }
}
