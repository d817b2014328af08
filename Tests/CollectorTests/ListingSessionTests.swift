import Testing
import WheelModel

@testable import Collector

@Suite("The walks of one run")
struct ListingSessionTests {
  /// Feeds walks into a session of a store with these live tags; returns the steps.
  private func steps(
    _ walks: [(tags: [Text], verdict: ListingWalk.Verdict)], stored: [Text], acceptEmpty: Bool = false
  ) -> (steps: [ListingSession.Step], missing: [Text]) {
    var session = ListingSession(acceptEmpty: acceptEmpty)
    var steps: [ListingSession.Step] = []
    for (tags, verdict) in walks {
      var walk = ListingWalk(pageLimit: 10)
      for tag in tags { _ = walk.see(tag) }
      steps.append(
        session.end(walk, verdict, storeHasLive: !stored.isEmpty) { seen in
          stored.contains { !seen.contains(TagDigest($0)) }
        })
    }
    let missing = steps.last == .done(.withdraw) ? stored.filter { session.isMissing($0) } : []
    return (steps, missing)
  }

  @Test("one complete walk is enough while nothing is missing")
  func complete() {
    #expect(steps([(["a", "b"], .complete)], stored: ["a"]).steps == [.done(.complete)])
    #expect(steps([([], .complete)], stored: []).steps == [.done(.complete)])
  }

  @Test("two complete walks withdraw what both lack, and only that")
  func withdraw() {
    let both = steps([(["a"], .complete), (["a"], .complete)], stored: ["a", "b", "c"])
    #expect(both.steps == [.walkAgain, .done(.withdraw)] && both.missing == ["b", "c"])
    let one = steps([(["a"], .complete), (["a", "b"], .complete)], stored: ["a", "b", "c"])
    #expect(one.steps.last == .done(.withdraw) && one.missing == ["c"])
    let flicker = steps([(["a"], .complete), (["b"], .complete)], stored: ["a", "b"])
    #expect(flicker.steps == [.walkAgain, .done(.complete)])
  }

  @Test("an unstable walk counts for nothing, in between as well")
  func unstableBetween() {
    let walks: [(tags: [Text], verdict: ListingWalk.Verdict)] = [
      (["a"], .complete), (["b"], .unstable), (["a"], .complete),
    ]
    let result = steps(walks, stored: ["a", "b"])
    #expect(result.steps == [.walkAgain, .walkAgain, .done(.withdraw)] && result.missing == ["b"])
  }

  @Test("three unstable walks end it, and withdraw nothing")
  func unstable() {
    let result = steps([(["a"], .unstable), (["b"], .unstable), ([], .unstable)], stored: ["z"])
    #expect(result.steps == [.walkAgain, .walkAgain, .done(.unstable)])
    let mixed = steps(
      [(["a"], .unstable), (["a"], .complete), (["b"], .unstable), (["b"], .unstable)], stored: ["z"])
    #expect(mixed.steps == [.walkAgain, .walkAgain, .walkAgain, .done(.unstable)])
  }

  @Test("without counts two walks in a row must agree, and then are complete")
  func uncounted() {
    #expect(steps([(["a"], .uncounted), (["a"], .uncounted)], stored: ["a"]).steps == [.walkAgain, .done(.complete)])
    let missing = steps([(["a"], .uncounted), (["a"], .uncounted)], stored: ["a", "b"])
    #expect(missing.steps == [.walkAgain, .done(.withdraw)] && missing.missing == ["b"])
    let late = steps([(["a"], .uncounted), (["a", "b"], .uncounted), (["a", "b"], .uncounted)], stored: ["a"])
    #expect(late.steps == [.walkAgain, .walkAgain, .done(.complete)])
    let never = steps(
      [(["a"], .uncounted), (["b"], .uncounted), (["a"], .uncounted), (["b"], .uncounted)], stored: ["a"])
    #expect(never.steps == [.walkAgain, .walkAgain, .walkAgain, .done(.unstable)])
  }

  @Test("an empty listing withdraws nothing unless that is wanted")
  func empty() {
    #expect(steps([([], .complete)], stored: ["a"]).steps == [.done(.empty)])
    #expect(steps([([], .uncounted), ([], .uncounted)], stored: ["a"]).steps == [.walkAgain, .done(.empty)])
    let accepted = steps([([], .complete), ([], .complete)], stored: ["a"], acceptEmpty: true)
    #expect(accepted.steps == [.walkAgain, .done(.withdraw)] && accepted.missing == ["a"])
  }

  @Test("hidden rows end it at once")
  func hidden() {
    #expect(steps([(["a"], .hidden)], stored: ["b"]).steps == [.done(.hidden)])
  }
}
