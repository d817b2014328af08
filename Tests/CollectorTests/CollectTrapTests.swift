import FakeGitLab
import TestSupport
import Testing
import WheelModel

@testable import Collector

@Suite("Traps of listings", .timeLimit(.minutes(4 * Sanitizer.timeFactor)))
struct CollectTrapTests {
  private static func equalDates() throws -> CollectRig {
    try CollectRig(
      CollectRig.releases(1...150).map { release in
        var release = release
        release.createdAt = "2026-01-01T00:00:00.000Z"
        release.links = []
        return release
      })
  }

  @Test("rows of equal dates that repeat on one page and are hidden from another: walked again until all are seen")
  func equalDates() throws {
    let rig = try Self.equalDates()
    rig.server.add(.init(.shuffleTies, path: "*/releases?*", times: 2))
    let run = rig.collect()
    #expect(run.code == 0 && run.pages == 4)
    #expect(try rig.releases().count == 150)
    #expect(Set(run.committed.map { $0.split(separator: " ")[1] }).count == run.committed.count)
  }

  @Test("and when they never settle, what was seen is kept, and the next run finds the rest")
  func equalDatesForEver() throws {
    let rig = try Self.equalDates()
    rig.server.add(.init(.shuffleTies, path: "*/releases?*"))
    let run = rig.collect()
    #expect(run.code == 3 && run.pages == 6)
    #expect(run.summary.repositories.map(\.listing) == [.partial(.unstableListing)])
    #expect(try rig.releases().count == 100)
    rig.server.clearFaults()
    #expect(rig.collect().code == 0)
    #expect(try rig.releases().count == 150)
  }

  @Test("links to pages on another host are not followed: page numbers are our own")
  func foreignLinks() throws {
    let rig = try CollectRig(CollectRig.releases(1...101))
    let evil = "<\(rig.server.storageURL)/api/v4/projects/7/releases?page=2>; rel=\"next\""
    rig.server.add(
      .init(.headers([Header("Link", evil), Header("X-Next-Page", "")]), path: "*&page=1", origin: .api),
      .init(.headers([Header("Link", ""), Header("X-Next-Page", "")]), path: "*&page=2", origin: .api))
    let run = rig.collect()
    #expect(run.code == 0 && run.committed.count == 101)
    #expect(run.statistics.requests(matching: "*/releases*").allSatisfy { $0.origin == .api })
    #expect(run.statistics.storageTokens == [])
  }

  @Test("a page that repeats another one ends the walk, and is said")
  func cycle() throws {
    let rig = try CollectRig(CollectRig.releases(1...150))
    let first = "{api}/api/v4/projects/7/releases?order_by=created_at&sort=asc&per_page=100&page=1"
    rig.server.add(.init(.redirect(first), path: "*&page=2"))
    let run = rig.collect()
    #expect(run.code == 3 && run.committed.count == 100 && run.pages == 9)
    #expect(run.summary.repositories.map(\.listing) == [.partial(.unstableListing)])
  }

  @Test("a project that was moved is followed, with its token")
  func moved() throws {
    let rig = try CollectRig(CollectRig.releases(1...2), isPrivate: true)
    var former = TreeBuilder.Project(id: 6, path: "acme/former")
    former.movedTo = 7
    rig.tree.projects.append(former)
    try rig.publish()
    let run = rig.collect {
      $0.repositories = [CollectOptions.Source(key: CollectRig.repository, project: "acme/former")]
    }
    #expect(run.code == 0 && run.committed.count == 2 && run.statistics.statusCounts[301] == 1)
  }

  @Test("one page that changed means that all are read again")
  func onePageChanged() throws {
    let rig = try CollectRig(CollectRig.releases(1...150))
    _ = rig.collect()
    rig.tree.projects[0].releases[120].description = "edited"
    try rig.publish()
    let run = rig.collect()
    #expect(run.code == 0 && run.committed == ["151 v121.0+cpu 1"] && run.downloads == 0)
    #expect(run.statistics.statusCounts == [304: 1, 200: 3])
    #expect(rig.collect().statistics.statusCounts == [304: 2])
  }

  @Test("a repository that is configured no more keeps everything")
  func unconfigured() throws {
    let rig = try CollectRig(CollectRig.releases(1...2))
    var other = TreeBuilder.Project(id: 8, path: "acme/other")
    other.releases = CollectRig.releases(3...4)
    rig.tree.projects.append(other)
    try rig.publish()
    let both = rig.collect {
      $0.repositories.append(
        CollectOptions.Source(key: RepositoryKey(product: "rhai", repository: "other"), project: "8"))
    }
    #expect(both.code == 0 && both.committed.count == 4)
    rig.tree.projects.removeLast()
    try rig.publish()
    #expect(rig.collect().code == 0)
    #expect(try rig.releases().count == 4 && rig.releases().allSatisfy { $0.withdrawnAt == nil })
  }

  @Test("a release renamed to another tag is another release")
  func renamed() throws {
    let rig = try CollectRig(CollectRig.releases(1...2))
    _ = rig.collect()
    rig.tree.projects[0].releases[0].name = "A better title"
    try rig.publish()
    let title = rig.collect()
    #expect(title.committed == ["3 v1.0+cpu 1"] && title.downloads == 0)
    #expect(try rig.releases().map(\.name) == ["A better title", "v2.0+cpu"])
    rig.tree.projects[0].releases[0].tag = "v1.1+cpu"
    try rig.publish()
    let run = rig.collect()
    // The new tag's key is its own; the old tag is gone after two walks.
    #expect(run.code == 0 && run.committed == ["4 v1.1+cpu 1"] && run.withdrawn == ["v1.0+cpu"])
  }
}
