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

  @Test("costs a run no more retries than its budget")
  func budget() {
    let budget = RetryBudget(2)
    #expect([budget.take(), budget.take(), budget.take(), budget.take()] == [true, true, false, false])
  }

  @Test("is held back for everybody together")
  func throttle() {
    let throttle = Throttle()
    #expect(throttle.wait(at: 10) == 0)
    throttle.hold(until: 15)
    throttle.hold(until: 12)
    #expect(throttle.wait(at: 10) == 5 && throttle.wait(at: 15) == 0 && throttle.wait(at: 20) == 0)
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
