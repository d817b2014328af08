import Testing
import WheelModel

@testable import SpoolStore

@Suite struct JournalTests {
  private func failure(_ tag: Text?, _ asset: Text?, _ code: FailureCode, attempts: Int = 1) -> Failure {
    Failure(
      repository: testRepository, tag: tag, asset: asset, code: code, message: "why", isPermanent: true,
      firstAt: stamp(1), lastAt: stamp(2), attempts: attempts, nextDue: stamp(3))
  }

  @Test func failuresAreKeptByWhatFailed() throws {
    let temporary = try TemporaryStore()
    try temporary.collecting { (store: Store) throws in
      let all = [
        failure(nil, nil, .listing), failure("1+a", nil, .noCommit), failure("1+a", "wheels-1.tar.gz", .gzip),
        failure("1+a", "wheels-1.tar.gz", .json), failure("10+a", nil, .tag),
      ]
      try store.writer.putFailures(all)
      try store.writer.putFailures([failure("1+a", nil, .noCommit, attempts: 5)])
      try store.read { (snapshot: borrowing Snapshot) throws in
        #expect(try snapshot.failures(of: testRepository, tag: nil) == [all[0]])
        #expect(try snapshot.failures(of: testRepository, tag: "1+a").map(\.attempts) == [5, 1, 1])
        var seen = 0
        try snapshot.forEachFailure { _ in
          seen += 1
          return true
        }
        #expect(seen == 5)
      }
      #expect(try store.writer.clearFailures(of: testRepository, tag: "1+a") == 3)
      try store.writer.clearFailures([all[4]])
      #expect(try store.read { try $0.overview().failures } == 1)
      _ = try store.writer.commit(releasePut("1+a", [], failures: [all[2]]))
      _ = try store.writer.commit(releasePut("1+a", [], failures: [all[3]]))
      #expect(try store.read { try $0.failures(of: testRepository, tag: "1+a") } == [all[3]])
      #expect(try store.verify().findings == [])
    }
  }

  @Test func failuresOfLongTagsAreFoundAndDropped() throws {
    let temporary = try TemporaryStore()
    let tags = ["a", "b"].map { Text(String(repeating: "t", count: 700) + $0) }
    let asset = Text(String(repeating: "w", count: 900))
    try temporary.collecting { (store: Store) throws in
      try store.writer.putFailures(tags.flatMap { [failure($0, asset, .gzip), failure($0, nil, .tag)] })
      #expect(try store.read { try $0.failures(of: testRepository, tag: tags[0]).map(\.asset) } == [nil, asset])
      #expect(try store.writer.clearFailures(of: testRepository, tag: tags[0]) == 2)
      #expect(try store.read { try $0.failures(of: testRepository, tag: tags[1]).count } == 2)
      #expect(try store.verify().findings == [])
    }
  }

  @Test func runsAndSourcesComeBack() throws {
    let temporary = try TemporaryStore()
    try temporary.collecting { (store: Store) throws in
      var run = try store.writer.beginRun(at: stamp(0), pid: 77)
      #expect(run.id == 1)
      _ = try store.writer.commit(releasePut("1+a", []))
      run.endedAt = stamp(5)
      run.outcome = "complete"
      run.counts.listed = 3
      run.counts.storedBytes = 9
      try store.writer.endRun(run)
      let second = try store.writer.beginRun(at: stamp(6), pid: 78)
      run.sequence = 1
      try store.read { (snapshot: borrowing Snapshot) throws in
        var runs: [RunRecord] = []
        try snapshot.forEachRun { record in
          runs.append(record)
          return true
        }
        #expect(runs == [second, run])
        #expect(try snapshot.overview().lastRun == second)
      }
      let state = SourceState(
        repository: testRepository, project: "acme/wheels",
        pages: [
          .init(url: "https://x/1", etag: "\"e\"", lastModified: nil),
          .init(url: "https://x/2", etag: nil, lastModified: "d"),
        ],
        listedTags: 150, completeAt: stamp(4), missingTags: ["1+a", "2+a"], settings: "s")
      #expect(try store.read { try $0.source(testRepository) } == nil)
      try store.writer.saveSource(state)
      #expect(try store.read { try $0.source(testRepository) } == state)
    }
  }

  @Test func validatorsChangeWithoutASequence() throws {
    let temporary = try TemporaryStore()
    try temporary.collecting { (store: Store) throws in
      _ = try store.writer.commit(releasePut("1+a", [newArtifact("1+a", Stack(4))]))
      try store.writer.updateValidators(artifactID("1+a"), etag: "\"new\"", lastModified: "today")
      try store.read { (snapshot: borrowing Snapshot) throws in
        let asset = try snapshot.artifact(artifactID("1+a"))?.artifact.asset
        #expect(asset?.etag == "\"new\"" && asset?.lastModified == "today")
        #expect(try snapshot.sequence == 1)
      }
      #expect(try store.verify().findings == [])
      #expect(throws: StoreError.self) {
        try store.writer.updateValidators(artifactID("none"), etag: nil, lastModified: nil)
      }
    }
  }
}
