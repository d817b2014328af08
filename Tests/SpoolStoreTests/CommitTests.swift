import Digest
import Testing
import WheelModel

@testable import SpoolStore

@Suite struct CommitTests {
  @Test func aReleaseIsReadBackAsItWasPut() throws {
    let temporary = try TemporaryStore()
    let stack = Stack(40)
    try temporary.collecting { (store: Store) throws in
      let receipt = try store.writer.commit(
        releasePut(
          "3.2.1+cpu-ubi9",
          [newArtifact("3.2.1+cpu-ubi9", stack), newArtifact("3.2.1+cpu-ubi9", stack, arch: "aarch64")]))
      #expect(receipt.sequence == 1)
      #expect(receipt.artifacts == 2)
      #expect(receipt.rejected.isEmpty)
    }
    let reader = try temporary.reader()
    try reader.read { (snapshot: borrowing Snapshot) throws in
      #expect(try snapshot.sequence == 1)
      let release = try #require(try snapshot.release(releaseKey("3.2.1+cpu-ubi9"))).release
      #expect(release.artifactKeys == ["3.2.1+cpu-ubi9-aarch64", "3.2.1+cpu-ubi9-x86_64"])
      #expect(release.complete && release.description == "notes" && release.createdAt == stamp(0))
      let stored = try #require(try snapshot.artifact(artifactID("3.2.1+cpu-ubi9")))
      #expect(stored.artifact == artifact("3.2.1+cpu-ubi9"))
      #expect(stored.sequence == 1)
      let graph = try #require(stored.documents[.dependencyGraph])
      #expect(graph.sha256 == SHA256.hash(stack.graph.span))
      #expect(try snapshot.document(graph.id) == stack.graph)
      #expect(try snapshot.packageList(of: artifactID("3.2.1+cpu-ubi9")) == stack.list)
      let drop = try #require(try snapshot.drop(product: "rhai", key: "rhai-3.2.1+cpu-ubi9-x86_64"))
      #expect(drop.name == "3.2.1+cpu-ubi9-x86_64" && drop.productVersion == "3.2" && drop.createdAt == stamp(0))
      let overview = try snapshot.overview()
      #expect(overview.releases == 1 && overview.artifacts == 2 && overview.drops == 2)
      #expect(overview.repositories.map(\.artifacts) == [2])
      #expect(try snapshot.log(after: 0, limit: 10).map(\.release) == [releaseKey("3.2.1+cpu-ubi9")])
      var seen = 0
      try snapshot.forEachArtifact { view in
        seen += view.matches(.variant, "cpu-ubi9") ? 1 : 0
        return true
      }
      #expect(seen == 2)
    }
  }

  @Test func aPutReplacesTheReleaseWithAllThatBelongsToIt() throws {
    let temporary = try TemporaryStore()
    let stack = Stack(30)
    try temporary.collecting { (store: Store) throws in
      _ = try store.writer.commit(
        releasePut("1+a", [newArtifact("1+a", stack), newArtifact("1+a", stack, arch: "s390x")]))
      let ids = try store.read { try $0.artifact(artifactID("1+a"))?.documents.mapValues(\.id) }
      var other = stack
      other.packages[3].version = "9.9"
      other.packages.removeLast()
      let receipt = try store.writer.commit(
        releasePut("1+a", [newArtifact("1+a", stack), newArtifact("1+a", other, arch: "ppc64le")], at: 5))
      #expect(receipt.sequence == 2)
      try store.read { (snapshot: borrowing Snapshot) throws in
        #expect(try snapshot.artifact(artifactID("1+a", "s390x")) == nil)
        #expect(try snapshot.drop(product: "rhai", key: "rhai-1+a-s390x") == nil)
        #expect(try snapshot.artifact(artifactID("1+a"))?.documents.mapValues(\.id) == ids)
        #expect(try snapshot.artifact(artifactID("1+a"))?.artifact.createdAt == stamp(5))
        #expect(try snapshot.overview().artifacts == 2)
        let uses = try snapshot.packageHistory(Text(stack.packages[3].name))
        #expect(Set(uses.map { "\($0.arch) \($0.versions)" }) == ["x86_64 [1.3.0]", "ppc64le [9.9]"])
      }
      #expect(try store.verify(fullVerify()).findings == [])
    }
  }

  @Test func aKeptArtifactFollowsItsRelease() throws {
    let temporary = try TemporaryStore()
    let stack = Stack(10)
    try temporary.collecting { (store: Store) throws in
      _ = try store.writer.commit(releasePut("1+a", [newArtifact("1+a", stack)]))
      try store.writer.withdraw([releaseKey("1+a")], at: stamp(9))
      try store.read { (snapshot: borrowing Snapshot) throws in
        #expect(try snapshot.artifact(artifactID("1+a"))?.withdrawnAt == stamp(9))
        #expect(try snapshot.release(releaseKey("1+a"))?.release.withdrawnAt == stamp(9))
        #expect(try snapshot.log(after: 1, limit: 5).map(\.operation) == [.withdraw])
        #expect(try snapshot.overview().repositories[0].withdrawn == 1)
      }
      #expect(try store.writer.withdraw([releaseKey("1+a"), releaseKey("none")], at: stamp(10)) == [])
      var put = releasePut("1+a", [.keep(artifactID("1+a"))], at: 4)
      put.commit = "beef"
      _ = try store.writer.commit(put)
      try store.read { (snapshot: borrowing Snapshot) throws in
        let stored = try #require(try snapshot.artifact(artifactID("1+a")))
        #expect(stored.withdrawnAt == nil && stored.artifact.commit == "beef" && stored.sequence == 1)
        #expect(try snapshot.release(releaseKey("1+a"))?.release.sequence == 3)
      }
      #expect(try store.verify(fullVerify()).findings == [])
    }
  }

  @Test func anArtifactKeyStaysWithTheReleaseThatHoldsIt() throws {
    let temporary = try TemporaryStore()
    try temporary.collecting { (store: Store) throws in
      _ = try store.writer.commit(releasePut("1+a", [newArtifact("1+a", Stack(5))]))
      var intruder = artifact("1+a")
      intruder.tag = "v1+a"
      let put = releasePut("v1+a", [.new(intruder, documents: [:], packages: .empty)])
      let receipt = try store.writer.commit(put)
      #expect(receipt.rejected == [artifactID("1+a")])
      try store.read { (snapshot: borrowing Snapshot) throws in
        #expect(try snapshot.owner(of: artifactID("1+a")) == releaseKey("1+a"))
        let intruded = try snapshot.release(releaseKey("v1+a"))
        #expect(intruded?.release.complete == false)
        #expect(try snapshot.failures(of: testRepository, tag: "v1+a").map(\.code) == [.duplicateKey])
      }
      _ = try store.writer.commit(releasePut("1+a", []))
      #expect(try store.writer.commit(put).rejected == [])
      #expect(try store.read { try $0.failures(of: testRepository, tag: "v1+a") } == [])
      #expect(try store.verify(fullVerify()).findings == [])
    }
  }

  @Test func aWithdrawnReleaseGivesItsArtifactKeyUpToALiveOne() throws {
    let temporary = try TemporaryStore()
    try temporary.collecting { (store: Store) throws in
      let stack = Stack(5)
      let archs = ["x86_64", "aarch64"].map { arch in
        var artifact = artifact("1+a", arch: arch)
        artifact.tag = "v1+a"
        return ArtifactPut.new(
          artifact, documents: [.dependencyGraph: content(stack.graph)], packages: stack.list)
      }
      _ = try store.writer.commit(releasePut("v1+a", archs))
      _ = try store.writer.commit(releasePut("2+a", [newArtifact("2+a", stack)]))
      _ = try store.writer.withdraw([releaseKey("v1+a")], at: stamp(9))
      let receipt = try store.writer.commit(releasePut("1+a", [newArtifact("1+a", Stack(7))], at: 10))
      #expect(receipt.sequence == 5 && receipt.rejected == [] && receipt.artifacts == 1)
      try store.read { (snapshot: borrowing Snapshot) throws in
        #expect(try snapshot.owner(of: artifactID("1+a")) == releaseKey("1+a"))
        let former = try #require(try snapshot.release(releaseKey("v1+a"))).release
        #expect(former.withdrawnAt == stamp(9) && former.artifactKeys == ["1+a-aarch64"] && former.sequence == 4)
        #expect(try snapshot.artifact(artifactID("1+a", "aarch64"))?.withdrawnAt == stamp(9))
        #expect(try snapshot.artifact(artifactID("1+a"))?.withdrawnAt == nil)
        #expect(try snapshot.sequence == 5)
        let overview = try snapshot.overview()
        #expect(overview.repositories.map(\.releases) == [3] && overview.repositories.map(\.artifacts) == [3])
      }
      #expect(try store.verify(fullVerify()).findings == [])
    }
  }

  @Test func whatFailsHasNotHappened() throws {
    let temporary = try TemporaryStore()
    try temporary.collecting { (store: Store) throws in
      _ = try store.writer.commit(releasePut("1+a", [newArtifact("1+a", Stack(5))]))
      #expect(throws: StoreError.self) {
        try store.writer.commit(releasePut("2+a", [newArtifact("2+a", Stack(5)), .keep(artifactID("none"))]))
      }
      #expect(try store.read { try $0.release(releaseKey("2+a")) } == nil)
      #expect(try store.writer.commit(releasePut("2+a", [newArtifact("2+a", Stack(6))])).sequence == 2)
      let graph = try store.read { (snapshot: borrowing Snapshot) throws in
        let stored = try snapshot.artifact(artifactID("2+a"))
        return try snapshot.document(stored?.documents[.dependencyGraph]?.id ?? 0)
      }
      #expect(graph == Stack(6).graph)
      #expect(try store.verify(fullVerify()).findings == [])
    }
  }
}
