import FakeGitLab
import TestSupport
import Testing
import WheelModel

@testable import Collector

@Suite("Servers in trouble", .timeLimit(.minutes(4 * Sanitizer.timeFactor)))
struct CollectNetworkTests {
  @Test("a server with a rate limit never has to refuse a request, whatever the number of workers")
  func rateLimit() throws {
    let rig = try CollectRig(CollectRig.releases(1...15, archs: ["x86_64", "aarch64"]))
    rig.server.add(.init(.rateLimit(12, seconds: 1), origin: .api))
    let run = rig.collect {
      $0.jobs = 4
      $0.limits.longestWait = 5
    }
    #expect(run.code == 0 && run.committed.count == 15)
    #expect(run.statistics.statusCounts[429] == nil, "\(run.statistics.statusCounts)")
  }

  @Test("a dead object storage ends the run soon, and the next run takes the rest", arguments: [1, 4])
  func dead(jobs: Int) throws {
    let rig = try CollectRig(CollectRig.releases(1...80))
    rig.server.add(.init(.reset, path: "*", origin: .storage, skip: 3))
    let run = rig.collect {
      $0.jobs = jobs
      $0.limits.retryBudget = 4
      $0.limits.deadRequests = 10
    }
    #expect(run.code == 3 && run.statistics.storageCount < 40, "\(run.statistics.storageCount)")
    guard case .brokenOff(let code, let reason)? = run.summary.repositories.first?.listing else {
      Issue.record("\(run.summary.repositories)")
      return
    }
    #expect(code == .network && reason.contains("10 requests in a row"))
    rig.server.clearFaults()
    let next = rig.collect()
    #expect(next.code == 0 && next.committed.count == 80 - run.committed.count)
    #expect(try rig.releases().count == 80 && rig.failures() == [])
  }

  @Test("a few dead assets in a row do not end it: their neighbours are in")
  func notDead() throws {
    let rig = try CollectRig(CollectRig.releases(1...30))
    for number in 11...17 { rig.server.add(.init(.reset, path: "*/v\(number).0*", origin: .storage)) }
    let run = rig.collect { $0.limits.deadRequests = 8 }
    #expect(run.code == 3 && run.committed.count == 23)
    rig.server.clearFaults()
    #expect(rig.collect().committed.count == 7)
  }

  @Test("a refused repository costs the other ones nothing")
  func oneRefused() throws {
    let rig = try CollectRig(CollectRig.releases(1...2))
    var other = TreeBuilder.Project(id: 8, path: "acme/other")
    other.releases = CollectRig.releases(3...4)
    rig.tree.projects.append(other)
    try rig.publish()
    rig.server.add(.init(.status(403), path: "*/projects/acme%2Fwheels/*"))
    let run = rig.collect {
      $0.repositories.append(
        CollectOptions.Source(key: RepositoryKey(product: "rhai", repository: "other"), project: "8"))
    }
    #expect(run.code == 3 && run.committed.count == 2)
    #expect(run.statistics.requests(matching: "*acme*").count == 1)
  }

  @Test(
    "what a server asks for in Retry-After is waited for up to the cap",
    arguments: ["0", "1", "1000000000", "-5", "soon", "Sun, 06 Nov 1994 08:49:37 GMT", "Fri, 31 Dec 2099 23:59:59 GMT"])
  func retryAfter(_ text: String) throws {
    let rig = try CollectRig(CollectRig.releases(1...2))
    let headers = [Header("Retry-After", text)]
    rig.server.add(
      .init(.status(429, headers: headers), path: "*/packages/*", times: 1),
      .init(.status(503, headers: headers), path: "*", origin: .storage, times: 1))
    let run = rig.collect()
    #expect(run.code == 0 && run.committed.count == 2)
    #expect(run.statistics.statusCounts[429] == 1 && run.statistics.statusCounts[503] == 1)
    let waits = run.events.compactMap { event in
      if case .waiting(_, let seconds, _) = event { seconds } else { nil as Double? }
    }
    #expect(waits.count == 2 && waits.allSatisfy { $0 <= 0.01 })
  }
}
