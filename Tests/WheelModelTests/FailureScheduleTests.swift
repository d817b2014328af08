import Testing
import WheelModel

@Suite("Failures over time")
struct FailureScheduleTests {
  private static let now = Timestamp(milliseconds: 1_700_000_000_000)
  private static let repository = RepositoryKey(product: "p", repository: "r")

  private static func later(_ hours: Int64) -> Timestamp {
    Timestamp(milliseconds: now.milliseconds + hours * 3_600_000)
  }

  @Test("are tried on the next run, then after 1 h, 2 h, 4 h, at most a day")
  func schedule() {
    let hours = (1...10).map { attempts in
      (FailureSchedule.nextDue(attempts: attempts, at: Self.now).milliseconds - Self.now.milliseconds) / 3_600_000
    }
    #expect(hours == [0, 1, 2, 4, 8, 16, 24, 24, 24, 24])
    #expect(FailureSchedule.nextDue(attempts: .max, at: Timestamp(milliseconds: .max)).milliseconds < 0)
  }

  private static func failure(
    _ code: FailureCode = .gzip, permanent: Bool = true, retried: Bool = true, earlier: [Failure] = [],
    at: Timestamp = now
  ) -> Failure {
    FailureSchedule.failure(
      of: repository, tag: "t", asset: "a", code: code, message: "m", isPermanent: permanent, isRetried: retried,
      earlier: earlier, at: at)
  }

  @Test("keep when they began and count on while the same asset fails")
  func attempts() {
    let first = Self.failure()
    #expect(first.attempts == 1 && first.nextDue == Self.now && first.firstAt == Self.now)
    let second = Self.failure(earlier: [first], at: Self.later(1))
    #expect(second.attempts == 2 && second.firstAt == Self.now && second.nextDue == Self.later(2))
    let other = Self.failure(.tar, earlier: [second], at: Self.later(3))
    #expect(other.attempts == 3 && other.firstAt == Self.later(3) && other.nextDue == Self.later(5))
    let transient = Self.failure(.network, permanent: false, earlier: [other], at: Self.later(5))
    #expect(transient.attempts == 1 && transient.nextDue == Self.later(5))
    let again = Self.failure(.timeout, permanent: false, earlier: [transient], at: Self.later(6))
    #expect(again.attempts == 2 && again.nextDue == Self.later(6))
    var elsewhere = first
    elsewhere.asset = "b"
    #expect(Self.failure(earlier: [elsewhere]).attempts == 1)
  }

  @Test("are due when their time has come, when a clock was wrong, and when somebody asks")
  func due() {
    func isDue(_ due: Timestamp?, retry: Bool = false) -> Bool {
      var failure = Self.failure()
      failure.nextDue = due
      return FailureSchedule.isDue(failure, at: Self.now, retryFailed: retry)
    }
    #expect(isDue(Self.now) && isDue(Self.later(-1)))
    #expect(!isDue(Self.later(1)) && !isDue(Self.later(24)))
    #expect(isDue(Self.later(25)) && isDue(Timestamp(milliseconds: .max)))
    #expect(isDue(Timestamp(milliseconds: .min)))
    #expect(isDue(Self.later(1), retry: true))
    #expect(!isDue(nil) && !isDue(nil, retry: true))
    #expect(Self.failure(.assetName, retried: false).nextDue == nil)
  }
}
