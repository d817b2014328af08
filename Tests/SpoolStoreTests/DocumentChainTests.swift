import Digest
import Testing
import WheelModel

@testable import SpoolStore

@Suite struct DocumentChainTests {
  @Test func successiveDocumentsStandInChainsWithKeyframes() throws {
    let temporary = try TemporaryStore()
    var options = StoreOptions()
    options.cacheBytes = 100_000
    try temporary.collecting(options) { (store: Store) throws in
      var stack = Stack(60)
      var depths: [UInt8] = []
      var others: [UInt8] = []
      for release in 0..<40 {
        stack.drift(percent: 3)
        stack.packages[1].version = "7.\(release)"
        let tag = "1.\(release)+a"
        var other = stack
        other.packages[0].version = "99"
        _ = try store.writer.commit(
          releasePut(tag, [newArtifact(tag, other, arch: "aarch64"), newArtifact(tag, stack)], at: Int64(release)))
        try store.read { (snapshot: borrowing Snapshot) throws in
          let mine = try snapshot.artifact(artifactID(tag))?.documents[.dependencyGraph]
          let theirs = try snapshot.artifact(artifactID(tag, "aarch64"))?.documents[.dependencyGraph]
          depths.append(mine?.depth ?? 99)
          others.append(theirs?.depth ?? 99)
          #expect(try snapshot.document(mine?.id ?? 0) == stack.graph)
          #expect(try snapshot.document(theirs?.id ?? 0) == other.graph)
        }
      }
      // The first architecture of a release has the keyframes, the other's stand on them.
      #expect(others == (0..<40).map { UInt8($0 % 16) })
      #expect(depths == (0..<40).map { UInt8($0 % 16 + 1) })
      try store.read { (snapshot: borrowing Snapshot) throws in
        let overview = try snapshot.overview()
        #expect(overview.storedBytes * 10 < overview.rawBytes)
      }
      #expect(try store.verify(fullVerify()).findings == [])
    }
  }

  @Test func equalContentIsKeptOnce() throws {
    let temporary = try TemporaryStore()
    try temporary.collecting { (store: Store) throws in
      let stack = Stack(60)
      for release in 0..<3 {
        let tag = "1.\(release)+a"
        let receipt = try store.writer.commit(
          releasePut(tag, [newArtifact(tag, stack), newArtifact(tag, stack, arch: "s390x")], at: Int64(release)))
        if release > 0 { #expect(receipt.storedBytes < 600) }
      }
      try store.read { (snapshot: borrowing Snapshot) throws in
        for arch in ["x86_64", "s390x"] {
          let info = try #require(try snapshot.artifact(artifactID("1.2+a", arch))?.documents[.dependencyGraph])
          #expect(info.storedBytes < 100)
          #expect(try snapshot.document(info.id) == stack.graph)
        }
      }
      #expect(try store.verify(fullVerify()).findings == [])
    }
  }

  @Test func whatResemblesNothingIsKeptFull() throws {
    let temporary = try TemporaryStore()
    try temporary.collecting { (store: Store) throws in
      var dice = Dice(3)
      for release in 0..<3 {
        let noise = (0..<50_000).map { _ in UInt8(truncatingIfNeeded: dice.roll(256)) }
        let tag = "1.\(release)+a"
        _ = try store.writer.commit(
          releasePut(
            tag, [.new(artifact(tag), documents: [.dependencyGraph: content(noise)], packages: .empty)],
            at: Int64(release)))
        let depth = try store.read { try $0.artifact(artifactID(tag))?.documents[.dependencyGraph]?.depth }
        #expect(depth == 0)
      }
    }
  }

  @Test func aReleaseThatResemblesNoEarlierOneStandsOnItsFirstArchitecture() throws {
    let temporary = try TemporaryStore()
    try temporary.collecting { (store: Store) throws in
      var dice = Dice(5)
      let architectures = ["aarch64", "s390x", "x86_64"]
      for release in 0..<20 {
        var noise = (0..<50_000).map { _ in UInt8(truncatingIfNeeded: dice.roll(256)) }
        let tag = "1.\(release)+a"
        var depths: [UInt8] = []
        var puts: [ArtifactPut] = []
        var expected: [[UInt8]] = []
        for (index, arch) in architectures.enumerated() {
          noise[index] &+= 1
          expected.append(noise)
          puts.append(.new(artifact(tag, arch: arch), documents: [.dependencyGraph: content(noise)], packages: .empty))
        }
        _ = try store.writer.commit(releasePut(tag, puts, at: Int64(release)))
        try store.read { (snapshot: borrowing Snapshot) throws in
          for (index, arch) in architectures.enumerated() {
            let info = try #require(try snapshot.artifact(artifactID(tag, arch))?.documents[.dependencyGraph])
            depths.append(info.depth)
            #expect(info.storedBytes < 1000 || index == 0)
            #expect(try snapshot.document(info.id) == expected[index])
          }
        }
        #expect(depths == [0, 1, 1])
      }
      #expect(try store.verify(fullVerify()).findings == [])
    }
  }

  @Test func replacedParentsAreRetainedUntilNothingNeedsThem() throws {
    let temporary = try TemporaryStore()
    try temporary.collecting { (store: Store) throws in
      var stack = Stack(60)
      for release in 0..<4 {
        stack.drift(percent: 5)
        let tag = "1.\(release)+a"
        _ = try store.writer.commit(releasePut(tag, [newArtifact(tag, stack)], at: Int64(release)))
      }
      _ = try store.writer.commit(releasePut("1.1+a", [], at: 9))
      let graph = stack.graph
      try store.read { (snapshot: borrowing Snapshot) throws in
        #expect(try snapshot.overview().retained == 3)
        let id = try snapshot.artifact(artifactID("1.3+a"))?.documents[.dependencyGraph]?.id
        #expect(try snapshot.document(id ?? 0) == graph)
      }
      #expect(try store.verify(fullVerify()).findings == [])
      for release in [3, 2, 0] { _ = try store.writer.commit(releasePut("1.\(release)+a", [], at: 9)) }
      try store.read { (snapshot: borrowing Snapshot) throws in
        let overview = try snapshot.overview()
        // The newest package rows stay: the index is compared with them.
        #expect(overview.artifacts == 0 && overview.drops == 0)
        #expect(overview.documents == overview.retained && overview.retained <= 4)
      }
      #expect(try store.verify(fullVerify()).findings == [])
      stack.drift(percent: 5)
      _ = try store.writer.commit(releasePut("2+a", [newArtifact("2+a", stack)], at: 10))
      let back = try store.read {
        try $0.document($0.artifact(artifactID("2+a"))?.documents[.dependencyGraph]?.id ?? 0)
      }
      #expect(back == stack.graph)
      #expect(try store.verify(fullVerify()).findings == [])
    }
  }
}

func fullVerify() -> VerifyOptions {
  var options = VerifyOptions()
  options.data = true
  return options
}
