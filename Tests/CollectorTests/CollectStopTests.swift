import FakeGitLab
import SpoolStore
import TestSupport
import Testing
import Threads
import WheelModel

@testable import Collector

@Suite("Stopping", .timeLimit(.minutes(4 * Sanitizer.timeFactor)))
struct CollectStopTests {
  /// Runs a collect that is stopped by the first event that `when` accepts; returns it and how long it took after.
  private func stopped(
    _ rig: CollectRig, jobs: Int = 2, when: @escaping @Sendable (CollectEvent) -> Bool
  ) -> (RunSummary, seconds: Double) {
    var options = CollectOptions(
      gitlabURL: rig.server.url, credential: nil,
      repositories: [CollectOptions.Source(key: CollectRig.repository, project: "7")])
    options.jobs = jobs
    let stop = StopSignal()
    let raisedAt = Lock<Double?>(nil)
    let recorder = CollectRig.Recorder { event in
      guard when(event), !stop.isRaised else { return }
      raisedAt.withLock { $0 = RunClock.system.seconds() }
      stop.raise(15)
    }
    let summary = Collector.run(options, store: rig.store, observer: recorder, stop: stop)
    let began = raisedAt.withLock { $0 } ?? 0
    return (summary, RunClock.system.seconds() - began)
  }

  @Test("between commits keeps what was committed, and the next run takes the rest")
  func betweenCommits() throws {
    let rig = try CollectRig(CollectRig.releases(1...30))
    let (summary, seconds) = stopped(rig) { event in
      if case .committed(_, let sequence, _) = event { sequence == 5 } else { false }
    }
    #expect(summary.exitCode == 143 && seconds < 5 * Double(Sanitizer.timeFactor))
    let kept = try rig.releases().count
    #expect(kept >= 5 && kept < 30)
    #expect(try rig.store.read { try $0.overview() }.lastRun?.outcome == "interrupted")
    let next = rig.collect()
    #expect(next.code == 0 && next.downloads == 30 - kept)
    #expect(try rig.releases().count == 30)
  }

  @Test("cuts short a silent server, a trickle and a wait", arguments: [0, 1, 2])
  func hanging(_ kind: Int) throws {
    let rig = try CollectRig(CollectRig.releases(1...3))
    let fault: Fault.Action =
      [.silence, .slow(bytesPerSecond: 20), .status(503, headers: [Header("Retry-After", "50")])][kind]
    rig.server.add(.init(fault, path: "*/packages/*"))
    let (summary, seconds) = stopped(rig) { event in if case .planned = event { true } else { false } }
    #expect(summary.exitCode == 143 && seconds < 5 * Double(Sanitizer.timeFactor))
    #expect(try rig.releases().isEmpty && rig.failures().isEmpty)
  }

  @Test("before anything was asked for leaves the store as it is")
  func atOnce() throws {
    let rig = try CollectRig(CollectRig.releases(1...3))
    rig.stop.raise(2)
    let run = rig.collect()
    #expect(run.code == 130 && run.statistics.requestCount == 0)
    #expect(run.summary.repositories.map(\.listing) == [.interrupted])
  }
}
