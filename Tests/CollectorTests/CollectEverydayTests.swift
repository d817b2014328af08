import FakeGitLab
import SpoolStore
import TestSupport
import Testing
import WheelModel

@testable import Collector

@Suite("Collecting day by day", .timeLimit(.minutes(4 * Sanitizer.timeFactor)))
struct CollectEverydayTests {
  @Test("the first run takes everything, oldest first, as it was published")
  func first() throws {
    let rig = try CollectRig(CollectRig.releases(1...3, archs: ["x86_64", "aarch64"]))
    let run = rig.collect()
    #expect(run.code == 0)
    #expect(run.committed == ["1 v1.0+cpu 2", "2 v2.0+cpu 2", "3 v3.0+cpu 2"])
    #expect(run.downloads == 6)
    #expect(run.summary.counts.listed == 3 && run.summary.counts.committed == 3 && run.summary.counts.artifacts == 6)
    #expect(try rig.artifactKeys().count == 6)
    #expect(try rig.graph("2.0+cpu-aarch64") == CollectRig.collection("1.2").graph)
    let artifact = try rig.artifact("2.0+cpu-x86_64").artifact
    #expect(artifact.asset.etag != nil && artifact.asset.size == UInt64(CollectRig.asset("1.2").count))
    #expect(artifact.tag == "v2.0+cpu" && artifact.variant == "cpu" && artifact.series == "2.0")
    let names = try rig.store.read { try $0.packageHistory("numpy") }
    #expect(names.count == 6)
    let record = try rig.store.read { try $0.overview() }.lastRun
    #expect(record?.outcome == "complete" && record?.counts.committed == 3 && record?.sequence == 3)
  }

  @Test("a run with nothing new asks one conditional question a page")
  func unchanged() throws {
    let rig = try CollectRig(CollectRig.releases(1...3))
    _ = rig.collect()
    let run = rig.collect()
    #expect(run.code == 0 && run.committed == [] && run.statistics.requestCount == 1)
    #expect(run.statistics.statusCounts == [304: 1])
    #expect(run.summary.repositories.map(\.listing) == [.unchanged] && run.summary.counts.unchanged == 3)
    #expect(try rig.sequence() == 3)
  }

  @Test("full pages hide no release behind them", arguments: [true, false])
  func fullPages(_ hasTotals: Bool) throws {
    let rig = try CollectRig(CollectRig.releases(1...200))
    if !hasTotals { rig.server.add(.init(.totals(nil), path: "*/releases?*")) }
    let first = rig.collect { $0.jobs = 2 }
    #expect(first.code == 0 && first.committed.count == 200)
    #expect(first.pages == (hasTotals ? 2 : 4))
    let second = rig.collect()
    #expect(second.committed == [] && second.pages == (hasTotals ? 2 : 3))
    #expect(second.summary.repositories.map(\.listing) == [.unchanged])
    rig.tree.projects[0].releases.append(CollectRig.release(201))
    try rig.publish()
    let third = rig.collect()
    #expect(third.code == 0 && third.committed == ["201 v201.0+cpu 1"] && third.downloads == 1)
  }

  @Test("a new release costs its own assets only")
  func newRelease() throws {
    let rig = try CollectRig(CollectRig.releases(1...2))
    _ = rig.collect()
    rig.tree.projects[0].releases.append(CollectRig.release(3, archs: ["x86_64", "s390x"]))
    try rig.publish()
    let run = rig.collect()
    #expect(run.committed == ["3 v3.0+cpu 2"] && run.downloads == 2 && run.pages == 1)
    #expect(run.summary.counts.unchanged == 2)
  }

  @Test("edited notes cost no download and a new sequence; a new link costs one")
  func edited() throws {
    let rig = try CollectRig(CollectRig.releases(1...2))
    _ = rig.collect()
    rig.tree.projects[0].releases[0].description = "edited"
    try rig.publish()
    let notes = rig.collect()
    #expect(notes.committed == ["3 v1.0+cpu 1"] && notes.downloads == 0)
    #expect(try rig.releases().map(\.description) == ["edited", nil])
    rig.tree.projects[0].releases[0].links.append(
      TreeBuilder.Link("wheels-1.0+cpu-aarch64.tar.gz", CollectRig.asset("9"), id: 99_999))
    try rig.publish()
    let link = rig.collect()
    #expect(link.committed == ["4 v1.0+cpu 2"] && link.downloads == 1)
    rig.tree.projects[0].releases[0].links.removeFirst()
    try rig.publish()
    let gone = rig.collect()
    #expect(gone.committed == ["5 v1.0+cpu 1"] && gone.downloads == 0)
    #expect(try rig.artifactKeys() == ["1.0+cpu-aarch64", "2.0+cpu-x86_64"])
  }

  @Test("a dry run says what would be done and writes nothing")
  func dryRun() throws {
    let rig = try CollectRig(CollectRig.releases(1...2))
    let dry = rig.collect(dry: true)
    #expect(dry.code == 0 && dry.planned == ["v1.0+cpu", "v2.0+cpu"] && dry.downloads == 0)
    #expect(try rig.sequence() == 0 && rig.failures().isEmpty)
    #expect(try rig.store.read { try $0.overview() }.lastRun == nil)
    _ = rig.collect()
    rig.tree.projects[0].releases.removeFirst()
    try rig.publish()
    let gone = rig.collect(dry: true)
    #expect(gone.withdrawn == ["v1.0+cpu"] && gone.planned == [])
    #expect(try rig.releases().allSatisfy { $0.withdrawnAt == nil })
  }

  @Test("--since leaves older releases alone, and a later run without it takes them")
  func since() throws {
    let rig = try CollectRig(CollectRig.releases(1...4))
    let since = Timestamp(rfc3339: "2026-01-01T00:03:00Z")
    let recent = rig.collect { $0.since = since }
    #expect(recent.code == 0 && recent.committed == ["1 v3.0+cpu 1", "2 v4.0+cpu 1"])
    let all = rig.collect()
    #expect(all.committed == ["3 v1.0+cpu 1", "4 v2.0+cpu 1"])
    rig.tree.projects[0].releases.removeFirst()
    try rig.publish()
    #expect(rig.collect { $0.since = since }.withdrawn == [])
    #expect(rig.collect().withdrawn == ["v1.0+cpu"])
  }

  @Test("a run of a part only does not make everything complete, however it ends")
  func lastComplete() throws {
    let rig = try CollectRig(CollectRig.releases(1...2))
    let first = rig.now
    #expect(rig.collect().summary.lastCompleteAt == first)
    rig.now = Timestamp(milliseconds: first.milliseconds + 1000)
    let since = Timestamp(rfc3339: "2026-01-01T00:02:00Z")
    #expect(rig.collect { $0.since = since }.summary.lastCompleteAt == first)
    #expect(rig.collect { $0.isPart = true }.summary.lastCompleteAt == first)
    #expect(rig.collect().summary.lastCompleteAt == rig.now)
  }

  @Test("--recheck finds bytes that changed under the same name, and nothing else")
  func recheck() throws {
    let rig = try CollectRig(CollectRig.releases(1...3))
    _ = rig.collect()
    let same = rig.collect { $0.recheck = true }
    #expect(same.code == 0 && same.committed == [] && same.statistics.statusCounts[304] == 3)
    // The same content under new validators: no sequence, and the next question is asked with them.
    rig.server.add(.init(.reupload(nil), path: "*1.0%2Bcpu*"))
    let touched = rig.collect { $0.recheck = true }
    #expect(touched.committed == [] && touched.code == 0)
    let before = try rig.artifact("1.0+cpu-x86_64")
    #expect(rig.collect { $0.recheck = true }.statistics.statusCounts[304] == 3)
    // Other content.
    try Files.write(
      CollectRig.asset("77"), to: rig.directory.file("tree/wheels/v2.0+cpu/wheels-2.0+cpu-x86_64.tar.gz"))
    #expect(rig.collect().committed == [])
    let changed = rig.collect { $0.recheck = true }
    #expect(changed.committed == ["4 v2.0+cpu 1"])
    #expect(try rig.graph("2.0+cpu-x86_64") == CollectRig.collection("77").graph)
    #expect(try rig.artifact("1.0+cpu-x86_64").artifact == before.artifact)
  }

  @Test("releases that are not yet out wait until they are")
  func upcoming() throws {
    var upcoming = CollectRig.release(2)
    upcoming.isUpcoming = true
    let rig = try CollectRig([CollectRig.release(1), upcoming])
    #expect(rig.collect().committed == ["1 v1.0+cpu 1"])
    rig.tree.projects[0].releases[1].isUpcoming = false
    try rig.publish()
    #expect(rig.collect().committed == ["2 v2.0+cpu 1"])
    rig.tree.projects[0].releases[1].isUpcoming = true
    try rig.publish()
    let again = rig.collect()
    #expect(again.code == 0 && again.withdrawn == [] && again.committed == [])
  }
}
