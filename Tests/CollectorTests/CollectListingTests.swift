import FakeGitLab
import TestSupport
import Testing
import WheelModel

@testable import Collector

@Suite("Listings that move and lie", .timeLimit(.minutes(4 * Sanitizer.timeFactor)))
struct CollectListingTests {
  @Test("a release that two walks lack is withdrawn, and back under a new sequence when it returns")
  func withdrawal() throws {
    let rig = try CollectRig(CollectRig.releases(1...3))
    _ = rig.collect()
    let gone = rig.tree.projects[0].releases.remove(at: 1)
    try rig.publish()
    let run = rig.collect()
    #expect(run.code == 0 && run.withdrawn == ["v2.0+cpu"] && run.pages == 2 && run.downloads == 0)
    #expect(try rig.releases().map { $0.withdrawnAt != nil } == [false, true, false])
    #expect(try rig.artifactKeys().count == 3)
    #expect(rig.collect().statistics.statusCounts == [304: 1])
    rig.tree.projects[0].releases.insert(gone, at: 1)
    try rig.publish()
    let back = rig.collect()
    #expect(back.committed == ["5 v2.0+cpu 1"] && back.downloads == 0)
    #expect(try rig.releases().allSatisfy { $0.withdrawnAt == nil })
  }

  @Test("what a run with --since may not withdraw, the next run without it does, although the listing stays the same")
  func withdrawalOutOfReach() throws {
    var young = CollectRig.release(2)
    young.createdAt = "2026-02-01T00:00:00.000Z"
    let rig = try CollectRig([CollectRig.release(1), young])
    _ = rig.collect()
    let since = Timestamp(rfc3339: "2026-01-15T00:00:00Z")
    rig.tree.projects[0].releases.removeFirst()
    try rig.publish()
    let reaching = rig.collect { $0.since = since }
    #expect(reaching.code == 0 && reaching.withdrawn == [])
    let plain = rig.collect()
    #expect(plain.code == 0 && plain.withdrawn == ["v1.0+cpu"])
    #expect(rig.collect().statistics.statusCounts == [304: 1])
  }

  @Test("a run with --since that sees what the last run left, leaves it known")
  func knownOutOfReach() throws {
    var young = CollectRig.release(2)
    young.createdAt = "2026-02-01T00:00:00.000Z"
    var old = CollectRig.release(1)
    old.links[0].content = Array("not gzip".utf8)
    let rig = try CollectRig([old, young])
    for _ in 1...2 { _ = rig.collect() }
    let reaching = rig.collect {
      $0.since = Timestamp(rfc3339: "2026-01-15T00:00:00Z")
      $0.retryFailed = true
    }
    #expect(reaching.statistics.statusCounts == [200: 1])
    #expect(rig.collect().statistics.statusCounts == [304: 1])
  }

  @Test("what a listing that is not kept changed, is undone when the earlier one comes back byte for byte")
  func stateOfAnEarlierListing() throws {
    let rig = try CollectRig(CollectRig.releases(1...2))
    _ = rig.collect()
    let before = rig.tree.projects[0].releases
    var upcoming = CollectRig.release(3)
    upcoming.isUpcoming = true
    rig.tree.projects[0].releases = [before[1], upcoming]
    try rig.publish()
    #expect(rig.collect().withdrawn == ["v1.0+cpu"])
    rig.tree.projects[0].releases = before
    try rig.publish()
    #expect(rig.collect().committed == ["4 v1.0+cpu 1"])
    #expect(try rig.releases().allSatisfy { $0.withdrawnAt == nil })
  }

  @Test("a row that was unfit while an upcoming one stood beside it, is fit again with the earlier listing")
  func rejectionOfAnEarlierListing() throws {
    let rig = try CollectRig(CollectRig.releases(1...2))
    _ = rig.collect()
    let before = rig.tree.projects[0].releases
    var upcoming = CollectRig.release(3)
    upcoming.isUpcoming = true
    rig.tree.projects[0].releases[0].commit = nil
    rig.tree.projects[0].releases.append(upcoming)
    try rig.publish()
    #expect(rig.collect().failures.map(\.code) == [.noCommit])
    rig.tree.projects[0].releases = before
    try rig.publish()
    #expect(rig.collect().code == 0)
    #expect(try rig.failures() == [])
  }

  @Test("a release deleted while paging hides none: it is walked again")
  func deletedWhilePaging() throws {
    let rig = try CollectRig(CollectRig.releases(1...150))
    rig.server.add(.init(.disappear(tag: "v5.0+cpu", afterPage: 1), path: "*/releases?*"))
    let run = rig.collect()
    // One walk that does not fit its count, and two that do and lack what the first one saw.
    #expect(run.code == 0 && run.pages == 6 && run.withdrawn == ["v5.0+cpu"])
    #expect(Set(try rig.releases().map(\.key.tag)).count == 150)
  }

  @Test("a release that appears while paging repeats a row, and is found")
  func addedWhilePaging() throws {
    let rig = try CollectRig(CollectRig.releases(1...150))
    rig.server.add(.init(.appear(tag: "v7.0+cpu", afterPage: 1), path: "*/releases?*"))
    let run = rig.collect()
    #expect(run.code == 0)
    #expect(try rig.releases().count == 150)
  }

  @Test("a listing that never fits its numbers is collected, withdraws nothing and says so")
  func unstable() throws {
    let rig = try CollectRig(CollectRig.releases(1...3))
    _ = rig.collect()
    rig.tree.projects[0].releases.removeFirst()
    rig.tree.projects[0].releases.append(CollectRig.release(4))
    try rig.publish()
    rig.server.add(.init(.totals(9), path: "*/releases?*"))
    let run = rig.collect()
    #expect(run.code == 3 && run.withdrawn == [] && run.committed == ["4 v4.0+cpu 1"] && run.pages == 3)
    #expect(run.summary.repositories.map(\.listing) == [.partial(.unstableListing)])
    #expect(try rig.failures().map(\.code) == [.unstableListing])
    rig.server.clearFaults()
    let mended = rig.collect()
    #expect(mended.code == 0 && mended.withdrawn == ["v1.0+cpu"])
    #expect(try rig.failures() == [])
  }

  @Test("page numbers that do not rise, and pages that repeat, end the walk")
  func cycles() throws {
    let rig = try CollectRig(CollectRig.releases(1...3))
    rig.server.add(.init(.nextPage("1"), path: "*/releases?*"))
    let run = rig.collect()
    #expect(run.code == 0 && run.pages == 1 && run.committed.count == 3)
    rig.server.clearFaults()
    rig.server.add(.init(.nextPage("2"), path: "*/releases?*"))
    rig.tree.projects[0].releases[0].name = "x"
    try rig.publish()
    #expect(rig.collect().pages == 2)
  }

  @Test("another project under a repository's key is taken for a slip, unless it has the releases or that is wanted")
  func otherProject() throws {
    let rig = try CollectRig(CollectRig.releases(1...2))
    _ = rig.collect()
    var other = rig.tree.projects[0]
    other.id += 1
    other.path = "acme/others"
    other.releases = [CollectRig.release(7)]
    rig.tree.projects.append(other)
    try rig.publish()
    func point(_ options: inout CollectOptions, to project: String) {
      options.repositories[0] = CollectOptions.Source(key: CollectRig.repository, project: project)
    }
    for _ in 1...2 {
      let slip = rig.collect { point(&$0, to: "acme/others") }
      #expect(slip.code == 3 && slip.withdrawn == [] && slip.committed == [] && slip.downloads == 0)
      #expect(try rig.failures().map(\.code) == [.emptyListing])
    }
    // The number of the same project is no slip.
    let same = rig.collect { point(&$0, to: String(rig.tree.projects[0].id)) }
    #expect(same.code == 0 && same.withdrawn == [])
    #expect(try rig.failures() == [])
    let wanted = rig.collect {
      point(&$0, to: "acme/others")
      $0.acceptEmpty = true
    }
    #expect(wanted.code == 0 && wanted.withdrawn == ["v1.0+cpu", "v2.0+cpu"] && wanted.committed.count == 1)
  }

  @Test("an empty listing withdraws nothing unless that is wanted")
  func empty() throws {
    let rig = try CollectRig(CollectRig.releases(1...2))
    _ = rig.collect()
    rig.tree.projects[0].releases = []
    try rig.publish()
    let run = rig.collect()
    #expect(
      run.code == 3 && run.withdrawn == [] && run.summary.repositories.map(\.listing) == [.partial(.emptyListing)])
    #expect(try rig.failures().map(\.code) == [.emptyListing])
    let accepted = rig.collect { $0.acceptEmpty = true }
    #expect(accepted.code == 0 && accepted.withdrawn == ["v1.0+cpu", "v2.0+cpu"])
    #expect(try rig.failures() == [])
    #expect(rig.collect().code == 0)
  }

  @Test("an empty listing of an empty store is complete")
  func emptyStore() throws {
    let rig = try CollectRig([])
    #expect(rig.collect().code == 0)
  }

  @Test("a token that may not read the code is named, and withdraws nothing")
  func hidden() throws {
    let rig = try CollectRig(CollectRig.releases(1...2))
    _ = rig.collect()
    rig.tree.projects[0].releases[0].name = "x"
    try rig.publish()
    let run = rig.collect(token: "guest-token")
    #expect(run.code == 3 && run.withdrawn == [] && run.summary.repositories.map(\.listing) == [.partial(.noTag)])
    #expect(try rig.failures().map(\.code) == [.noTag])
  }

  @Test("rows that cannot be collected are named once, and their neighbours are in")
  func badRows() throws {
    var noCommit = CollectRig.release(3)
    noCommit.commit = nil
    var noDate = CollectRig.release(4)
    noDate.createdAt = "yesterday"
    noDate.releasedAt = "soon"
    let plain = TreeBuilder.Release("v1.0", createdAt: "2026-01-01T00:00:00Z")
    let rig = try CollectRig([CollectRig.release(1), plain, noCommit, noDate, CollectRig.release(5)])
    let run = rig.collect()
    #expect(run.code == 3 && Set(run.committed.map { $0.split(separator: " ")[1] }) == ["v1.0+cpu", "v5.0+cpu"])
    #expect(try Set(rig.failures().map(\.code)) == [.tag, .noCommit, .date])
    let again = rig.collect()
    #expect(again.code == 3 && again.statistics.statusCounts == [304: 1])
    #expect(try rig.failures().allSatisfy { $0.attempts == 1 })
    rig.tree.projects[0].releases[2].commit = "c"
    rig.tree.projects[0].releases.remove(at: 1)
    try rig.publish()
    let mended = rig.collect()
    #expect(mended.committed == ["3 v3.0+cpu 1"])
    #expect(try rig.failures().map(\.code) == [.date])
  }

  @Test("pages that are no listing, and servers that refuse, are named and cost nothing that is stored")
  func refused() throws {
    let rig = try CollectRig(CollectRig.releases(1...2), isPrivate: true)
    _ = rig.collect()
    rig.tree.projects[0].releases[0].name = "x"
    try rig.publish()
    func listing(token: String? = "test-token", _ fault: Fault? = nil) -> (Int32, [FailureCode], Int) {
      rig.server.clearFaults()
      if let fault { rig.server.add(fault) }
      let run = rig.collect(token: token)
      let codes = run.summary.repositories.map { repository -> FailureCode in
        if case .failed(let code, _) = repository.listing { code } else { FailureCode(rawValue: "none") }
      }
      return (run.code, codes, run.statistics.requestCount)
    }
    #expect(listing(token: "wrong") == (8, [.refused], 1))
    #expect(listing(token: nil) == (8, [.notFound], 1))
    #expect(listing(.init(.status(403))) == (8, [.refused], 1))
    #expect(listing(.init(.html)) == (8, [.listing], 1))
    #expect(listing(.init(.status(200, body: "{}"))) == (8, [.listing], 1))
    #expect(listing(.init(.status(500))) == (8, [.server], 3))
    #expect(listing(.init(.reset)) == (8, [.network], 3))
    #expect(listing(.init(.cut(after: 50))) == (8, [.network], 3))
    #expect(listing(.init(.endless(.body), times: 1)).0 == 8)
    #expect(try rig.failures().count == 1 && rig.releases().allSatisfy { $0.withdrawnAt == nil })
    #expect(listing().0 == 0)
    #expect(try rig.failures() == [])
  }

  @Test("a server that asks to wait is waited for, within reason")
  func patience() throws {
    let rig = try CollectRig(CollectRig.releases(1...2))
    rig.server.add(
      .init(.status(429, headers: [Header("Retry-After", "1000000000")]), path: "*/releases?*", times: 1),
      .init(.status(503), path: "*/releases?*", skip: 1, times: 1))
    let run = rig.collect()
    #expect(run.code == 0 && run.committed.count == 2 && run.pages == 3)
  }
}
