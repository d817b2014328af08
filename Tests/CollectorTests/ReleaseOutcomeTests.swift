import Digest
import Testing
import WheelModel

@testable import Collector

@Suite("What is written once a release's assets were asked for")
struct ReleaseOutcomeTests {
  typealias Verdict = ReleaseOutcome.AssetResult

  private static let bad = Verdict.failed(AssetFailureReason(code: .gzip, message: "m", isPermanent: true))
  private static let away = Verdict.failed(AssetFailureReason(code: .network, message: "m", isPermanent: false))

  /// A release with links of architectures x, y, z, of which the store has `known`, planned and ended.
  private func outcome(
    known: [Text]?, changed: Bool = false, failures: [(arch: Text, dueInHours: Int64)] = [], recheck: Bool = false,
    _ results: Verdict...
  ) throws -> ReleaseOutcome {
    let links = try ["x", "y", "z"].enumerated().map { try ReleasePlanTests.link(Int64($0) + 1, $1) }
    let release = try ReleasePlanTests.release(links)
    var before = release
    if changed { before.description = "before" }
    let stored = known.map { archs in
      ReleasePlanTests.known(before, links.filter { link in archs.contains { $0 == link.name.arch } })
    }
    let earlier = try failures.map { failure in
      ReleasePlanTests.failure(
        try #require(links.first { $0.name.arch == failure.arch }), dueInHours: failure.dueInHours)
    }
    let decision = ReleasePlan.decide(
      release, fingerprint: release.fingerprint, known: stored, failures: earlier, in: ReleasePlanTests.repository,
      options: ReleasePlan.Options(recheck: recheck), now: ReleasePlanTests.now)
    guard case .work(let work) = decision else {
      Issue.record("nothing to do")
      return ReleaseOutcome(action: .failuresOnly)
    }
    return ReleaseOutcome.decide(
      work, results, tag: "1+a", in: ReleasePlanTests.repository, now: ReleasePlanTests.now)
  }

  @Test("everything read is put, and complete")
  func whole() throws {
    let outcome = try outcome(known: nil, .content, .content, .content)
    #expect(outcome.action == .put && outcome.news == [0, 1, 2] && outcome.failures == [] && outcome.complete)
  }

  @Test("a permanent failure leaves a release incomplete")
  func permanent() throws {
    let outcome = try outcome(known: nil, .content, Self.bad, .content)
    #expect(outcome.action == .put && outcome.news == [0, 2] && !outcome.complete)
    #expect(outcome.failures.map(\.code) == [.gzip] && outcome.failures[0].attempts == 1)
    let nothing = try self.outcome(known: nil, Self.bad, Self.bad, Self.bad)
    #expect(nothing.action == .put && nothing.news == [] && nothing.failures.count == 3 && !nothing.complete)
  }

  @Test("a transient failure leaves the earlier record alone")
  func transient() throws {
    let outcome = try outcome(known: nil, .content, Self.bad, Self.away)
    #expect(outcome.action == .failuresOnly && outcome.failures.map(\.code) == [.gzip, .network])
    let changed = try self.outcome(known: ["x"], changed: true, .content, Self.away)
    #expect(changed.action == .failuresOnly && changed.failures.map(\.code) == [.network])
    let heal = try self.outcome(
      known: ["x"], failures: [("y", 0), ("z", 0)], .content, Self.away)
    #expect(heal.action == .failuresOnly && heal.failures.map(\.code) == [.network])
    // The gzip failure of z gives way to the new one; that of y stays until a release is put.
    #expect(heal.cleared.map(\.asset) == ["wheels-1+a-z.tar.gz"])
  }

  @Test("a retry that changes nothing touches only failures")
  func retry() throws {
    let outcome = try outcome(known: ["x", "y"], failures: [("z", 0)], Self.bad)
    #expect(outcome.action == .failuresOnly && outcome.cleared == [])
    #expect(outcome.failures.map(\.attempts) == [3])
    #expect(outcome.failures[0].nextDue == Timestamp(milliseconds: ReleasePlanTests.now.milliseconds + 2 * 3_600_000))
  }

  @Test("a heal is a put that keeps the others, and waits for those not due")
  func heal() throws {
    let outcome = try outcome(known: ["x"], failures: [("y", 0), ("z", 3)], .content)
    #expect(outcome.action == .put && outcome.news == [0] && outcome.keeps.map(\.key) == ["1+a-x"])
    #expect(outcome.failures.map(\.asset) == ["wheels-1+a-z.tar.gz"] && !outcome.complete)
    let last = try self.outcome(known: ["x", "y"], failures: [("z", 0)], .content)
    #expect(last.action == .put && last.failures == [] && last.complete)
  }

  @Test("a recheck that finds equal content writes nothing")
  func recheckEqual() throws {
    let outcome = try outcome(known: ["x", "y", "z"], recheck: true, .unchanged, .unchanged, .unchanged)
    #expect(outcome == ReleaseOutcome(action: .failuresOnly))
  }

  @Test("a recheck that finds other content replaces that artifact alone")
  func recheckChanged() throws {
    let outcome = try outcome(known: ["x", "y", "z"], recheck: true, .unchanged, .content, .unchanged)
    #expect(outcome.action == .put && outcome.news == [1] && outcome.keeps.map(\.key) == ["1+a-x", "1+a-z"])
    #expect(outcome.complete)
  }

  @Test("a recheck that fails keeps what there is and records it; a later success clears the record")
  func recheckFailed() throws {
    let failed = try outcome(known: ["x", "y", "z"], recheck: true, .unchanged, Self.bad, .unchanged)
    #expect(failed.action == .failuresOnly && failed.failures.map(\.asset) == ["wheels-1+a-y.tar.gz"])
    let mended = try outcome(known: ["x", "y", "z"], failures: [("y", 0)], .unchanged)
    #expect(mended.action == .failuresOnly && mended.failures == [])
    #expect(mended.cleared.map(\.asset) == ["wheels-1+a-y.tar.gz"])
    let replaced = try outcome(known: ["x", "y", "z"], failures: [("y", 0)], .content)
    #expect(replaced.action == .put && replaced.failures == [] && replaced.keeps.map(\.key) == ["1+a-x", "1+a-z"])
  }

  @Test("a changed release is put even if only its fields changed")
  func fields() throws {
    let outcome = try outcome(known: ["x", "y", "z"], changed: true)
    #expect(outcome.action == .put && outcome.news == [] && outcome.keeps.count == 3 && outcome.complete)
  }
}
