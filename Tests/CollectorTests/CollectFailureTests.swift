import FakeGitLab
import SpoolStore
import TestSupport
import Testing
import WheelModel

@testable import Collector

@Suite("Assets that fail", .timeLimit(.minutes(4 * Sanitizer.timeFactor)))
struct CollectFailureTests {
  private static let hour: Int64 = 3_600_000

  private func rig(_ broken: [UInt8]? = Array("not gzip".utf8)) throws -> CollectRig {
    var release = CollectRig.release(2, archs: ["x86_64", "aarch64"])
    release.links[1].content = broken
    return try CollectRig([CollectRig.release(1), release, CollectRig.release(3)])
  }

  private func later(_ rig: CollectRig, hours: Int64) {
    rig.now = Timestamp(milliseconds: rig.now.milliseconds + hours * Self.hour)
  }

  @Test("for good leave a release incomplete; the others are whole")
  func permanent() throws {
    let rig = try rig()
    let run = rig.collect()
    #expect(run.code == 3 && run.committed == ["1 v1.0+cpu 1", "2 v2.0+cpu 1", "3 v3.0+cpu 1"])
    #expect(try rig.releases().map(\.complete) == [true, false, true])
    let failure = try #require(try rig.failures().first)
    #expect(failure.code == .gzip && failure.tag == "v2.0+cpu" && failure.asset == "wheels-2.0+cpu-aarch64.tar.gz")
    #expect(failure.isPermanent && failure.attempts == 1 && failure.nextDue == rig.now)
    #expect(run.summary.openFailures == 1)
  }

  @Test("are tried on the next run, then by the schedule, and touch nothing but their record")
  func schedule() throws {
    let rig = try rig()
    _ = rig.collect()
    let second = rig.collect()
    #expect(second.code == 3 && second.downloads == 1 && second.committed == [])
    let third = rig.collect()
    #expect(third.downloads == 0 && third.code == 3 && third.statistics.statusCounts == [304: 1])
    later(rig, hours: 1)
    #expect(rig.collect().downloads == 1)
    later(rig, hours: 1)
    #expect(rig.collect().downloads == 0)
    #expect(rig.collect { $0.retryFailed = true }.downloads == 1)
    #expect(try rig.sequence() == 3)
    #expect(try rig.failures().map(\.attempts) == [4])
  }

  @Test("heal when upstream does")
  func heal() throws {
    let rig = try rig()
    _ = rig.collect()
    rig.tree.projects[0].releases[1].links[1].content = CollectRig.asset("5")
    try rig.publish()
    let run = rig.collect()
    #expect(run.code == 0 && run.committed == ["4 v2.0+cpu 2"] && run.downloads == 1)
    #expect(try rig.failures() == [] && rig.releases().allSatisfy(\.complete))
    #expect(rig.collect().statistics.statusCounts == [304: 1])
  }

  @Test("a missing file is a failure of its own")
  func notFound() throws {
    let rig = try rig(nil)
    #expect(rig.collect().code == 3)
    #expect(try rig.failures().map(\.code) == [.notFound])
  }

  @Test("in passing are retried, and leave the release for the next run")
  func transient() throws {
    let rig = try CollectRig(CollectRig.releases(1...3))
    rig.server.add(.init(.status(503), path: "*wheels-1.0*", origin: .api, times: 2))
    rig.server.add(.init(.reset, path: "*wheels-2.0*", origin: .storage))
    let run = rig.collect()
    #expect(run.code == 3 && run.committed == ["1 v1.0+cpu 1", "2 v3.0+cpu 1"])
    let failure = try #require(try rig.failures().first)
    #expect(failure.code == .network && !failure.isPermanent && failure.tag == "v2.0+cpu")
    rig.server.clearFaults()
    let next = rig.collect()
    #expect(next.code == 0 && next.committed == ["3 v2.0+cpu 1"] && next.downloads == 1)
    #expect(try rig.failures() == [])
  }

  @Test("a body that breaks off, stalls or has no end is never taken as good", arguments: [0, 1, 2, 3])
  func broken(_ kind: Int) throws {
    let rig = try CollectRig(CollectRig.releases(1...2))
    let fault: Fault.Action =
      [.cut(after: 100), .cut(after: 100, framing: .chunked), .cut(after: 100, by: .stall), .endless(.body)][kind]
    rig.server.add(.init(fault, path: "*wheels-1.0*", origin: .storage))
    let run = rig.collect {
      $0.limits.attempts = 1
      $0.limits.stallSeconds = 0.3
      $0.limits.assetBytes = 1 << 20
    }
    #expect(run.code == 3 && run.committed == ["1 v2.0+cpu 1"] || kind == 3)
    #expect(try !rig.artifactKeys().contains("1.0+cpu-x86_64"))
    rig.server.clearFaults()
    #expect(rig.collect().code == 0)
    #expect(try rig.graph("1.0+cpu-x86_64") == CollectRig.collection("1.1").graph)
  }

  @Test("a flipped byte is found")
  func flipped() throws {
    let rig = try CollectRig(CollectRig.releases(1...1))
    rig.server.add(.init(.flip(at: 60), path: "*wheels-1.0*", origin: .storage))
    #expect(rig.collect().code == 3)
    #expect(try rig.artifactKeys() == [])
  }

  @Test("two links of one architecture: the newest is taken, the other noted, and all is complete")
  func duplicateArch() throws {
    var release = CollectRig.release(1)
    release.links.append(TreeBuilder.Link("wheels-1.0+cpu.post1-x86_64.tar.gz", CollectRig.asset("42")))
    release.links.append(TreeBuilder.Link("wheels-1.0+cpu-X.tar.gz", nil))
    let rig = try CollectRig([release])
    let run = rig.collect()
    #expect(run.committed == ["1 v1.0+cpu 1"] && run.downloads == 1)
    #expect(try rig.graph("1.0+cpu-x86_64") == CollectRig.collection("42").graph)
    #expect(try Set(rig.failures().map(\.code)) == [.duplicateArch, .assetName])
    #expect(run.code == 3 && run.summary.openFailures == 1)
    rig.tree.projects[0].releases[0].links.removeLast()
    try rig.publish()
    let mended = rig.collect()
    #expect(mended.code == 0 && mended.downloads == 0)
    #expect(try rig.releases().map(\.complete) == [true])
  }

  @Test("two releases with one artifact key: the first holds it")
  func duplicateKey() throws {
    var twin = CollectRig.release(1, content: "99")
    twin.tag = "1.0+cpu"
    twin.createdAt = "2026-02-01T00:00:00Z"
    let rig = try CollectRig([CollectRig.release(1), twin])
    let run = rig.collect()
    #expect(run.code == 3 && run.committed == ["1 v1.0+cpu 1", "2 1.0+cpu 0"])
    #expect(try rig.failures().map(\.code) == [.duplicateKey])
    #expect(try rig.graph("1.0+cpu-x86_64") == CollectRig.collection("1.1").graph)
    // Known when the second one was to be committed, it is told and tried again as any other.
    #expect(run.failures.map(\.code) == [.duplicateKey])
    #expect(try rig.failures().map(\.nextDue) == [rig.now] && rig.failures().map(\.attempts) == [1])
    let next = rig.collect()
    #expect(next.code == 3 && next.downloads == 0)
    #expect(try rig.failures().map(\.attempts) == [2])
    let third = rig.collect()
    #expect(third.code == 3 && third.statistics.statusCounts == [304: 1])
  }

  @Test("an artifact key that moves from one release to a later one in the same listing is no duplicate")
  func movedKey() throws {
    var twin = CollectRig.release(1)
    twin.tag = "1.0+cpu"
    twin.createdAt = "2026-02-01T00:00:00Z"
    twin.links = []
    let rig = try CollectRig([CollectRig.release(1, archs: ["x86_64", "aarch64"]), twin])
    #expect(rig.collect().code == 0)
    let link = rig.tree.projects[0].releases[0].links.removeFirst()
    rig.tree.projects[0].releases[1].links.append(link)
    try rig.publish()
    let run = rig.collect()
    #expect(run.code == 0 && run.committed == ["3 v1.0+cpu 1", "4 1.0+cpu 1"])
    #expect(try rig.failures() == [] && rig.artifact("1.0+cpu-x86_64").artifact.tag == "1.0+cpu")
  }

  @Test("a release takes its artifact keys over from a withdrawn one, which keeps the others")
  func withdrawnKey() throws {
    let rig = try CollectRig([CollectRig.release(1, archs: ["x86_64", "aarch64"]), CollectRig.release(2)])
    #expect(rig.collect().code == 0)
    let former = rig.tree.projects[0].releases[0]
    rig.tree.projects[0].releases[0].tag = "1.0+cpu"
    rig.tree.projects[0].releases[0].links.removeLast()
    try rig.publish()
    // While it is planned the former release still lives.
    let retagged = rig.collect()
    #expect(retagged.code == 3 && retagged.withdrawn == ["v1.0+cpu"])
    let run = rig.collect()
    #expect(run.code == 0 && run.committed == ["6 1.0+cpu 1"])
    #expect(try rig.releases().map(\.artifactKeys) == [["1.0+cpu-x86_64"], ["1.0+cpu-aarch64"], ["2.0+cpu-x86_64"]])
    #expect(try rig.releases().map { $0.withdrawnAt != nil } == [false, true, false])
    #expect(try rig.releases().map(\.sequence) == [6, 5, 2])
    #expect(try rig.findings() == [])
    #expect(rig.collect().statistics.statusCounts == [304: 1])
    // When the former one is back, the key stays where it is.
    rig.tree.projects[0].releases.append(former)
    rig.tree.projects[0].releases[2].createdAt = "2026-02-01T00:00:00Z"
    try rig.publish()
    let back = rig.collect()
    #expect(back.code == 3 && back.committed == ["7 v1.0+cpu 1"] && back.failures.map(\.code) == [.duplicateKey])
    #expect(try rig.findings() == [])
  }

  @Test("a withdrawn release that is back in the listing that takes its artifact key away loses only that")
  func withdrawnKeyAndBack() throws {
    var twin = CollectRig.release(1)
    twin.tag = "1.0+cpu"
    let rig = try CollectRig([CollectRig.release(1, archs: ["x86_64", "aarch64"]), CollectRig.release(2)])
    _ = rig.collect()
    var former = rig.tree.projects[0].releases.removeFirst()
    try rig.publish()
    #expect(rig.collect().withdrawn == ["v1.0+cpu"])
    former.createdAt = "2026-02-01T00:00:00Z"
    rig.tree.projects[0].releases = [twin, CollectRig.release(2), former]
    try rig.publish()
    let run = rig.collect()
    #expect(run.code == 3 && run.committed == ["5 1.0+cpu 1", "6 v1.0+cpu 1"])
    #expect(try rig.failures().map(\.code) == [.duplicateKey] && rig.failures().map(\.tag) == ["v1.0+cpu"])
    #expect(try rig.findings() == [])
  }

  @Test("that are not due are left alone when only the release's words change")
  func descriptionOfAFailed() throws {
    let rig = try rig()
    for _ in 1...2 { _ = rig.collect() }
    rig.tree.projects[0].releases[1].description = "edited"
    try rig.publish()
    let run = rig.collect()
    #expect(run.code == 3 && run.downloads == 0 && run.committed == ["4 v2.0+cpu 1"])
    #expect(try rig.failures().map(\.attempts) == [2] && rig.releases().map(\.complete) == [true, false, true])
    rig.tree.projects[0].releases[1].links[1].id = 99
    try rig.publish()
    let replaced = rig.collect()
    #expect(replaced.code == 3 && replaced.downloads == 1)
    #expect(try rig.failures().map(\.attempts) == [3])
  }

  @Test("a refused token ends the repository at once, which was listed all the same")
  func refused() throws {
    let rig = try CollectRig(CollectRig.releases(1...20), sendsDirectly: true)
    let reason = "the server answers 401: the token is missing, wrong or expired"
    rig.server.add(.init(.status(401), path: "*/packages/*", skip: 2))
    let run = rig.collect { $0.jobs = 1 }
    #expect(run.code == 3 && run.committed == ["1 v1.0+cpu 1", "2 v2.0+cpu 1"] && run.downloads == 3)
    #expect(run.summary.outcome == "partial" && run.summary.repositories.first?.listing == .brokenOff(.refused, reason))
    rig.server.clearFaults()
    let next = rig.collect()
    #expect(next.code == 0 && next.committed.count == 18)
    #expect(try rig.failures() == [])
  }

  @Test("an expired signature of the object storage is that asset's trouble alone")
  func storageRefuses() throws {
    let rig = try CollectRig(CollectRig.releases(1...2))
    rig.server.add(.init(.status(403), path: "*wheels-1.0*", origin: .storage))
    let run = rig.collect()
    #expect(run.code == 3 && run.committed.count == 2)
    #expect(try rig.failures().map(\.code) == [.refused])
  }

  @Test("the token goes to the instance alone")
  func token() throws {
    var elsewhere = CollectRig.release(2)
    elsewhere.links[0].url = "https://storage.example.test/external/wheels/v2.0+cpu/wheels-2.0+cpu-x86_64.tar.gz"
    let rig = try CollectRig([CollectRig.release(1), elsewhere], isPrivate: true)
    let run = rig.collect()
    #expect(run.code == 0 && run.committed.count == 2)
    #expect(run.statistics.storageCount == 2)
    #expect(run.statistics.apiTokens == ["test-token"] && run.statistics.storageTokens == [])
  }
}
