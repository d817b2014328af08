import Digest
import Testing
import WheelModel

@testable import SpoolStore

@Suite struct CompactTests {
  private struct Content: Equatable {
    var key: Text
    var graph: [UInt8]
    var rows: PackageList
  }

  private func content(of store: Store) throws -> [Content] {
    try store.read { snapshot in
      var all: [Content] = []
      try snapshot.forEachArtifact { view in
        let graph = try snapshot.document(view.document(.dependencyGraph)?.id ?? 0) ?? []
        all.append(Content(key: view.id.key, graph: graph, rows: try snapshot.packageList(view)))
        return true
      }
      return all
    }
  }

  @Test(arguments: [false, true]) func compactLeavesOutWhatNobodyNeeds(_ repack: Bool) throws {
    let temporary = try TemporaryStore()
    try temporary.collecting { (store: Store) throws in
      var stack = Stack(80)
      for release in 0..<20 {
        if release != 7 { stack.drift(percent: 5) }
        let tag = "1.\(release)+a"
        _ = try store.writer.commit(
          releasePut(tag, [newArtifact(tag, stack), newArtifact(tag, stack, arch: "s390x")], at: Int64(release)))
      }
      for release in [0, 3, 4, 6, 12, 19] { _ = try store.writer.commit(releasePut("1.\(release)+a", [], at: 30)) }
      try store.writer.withdraw([releaseKey("1.5+a")], at: stamp(31))
      let before = try content(of: store)
      let (log, history) = try store.read { snapshot in
        (try snapshot.log(after: 0, limit: 100), try snapshot.packageHistory(Text(stack.packages[4].name)))
      }
      #expect(try store.read { try $0.overview().retained } > 8)
      let report = try store.compact(repack: repack)
      #expect(report.dropped > 8 && report.reencoded >= 5)
      #expect(report.bytesAfter < report.bytesBefore)
      #expect(try store.verify(fullVerify()).findings == [])
      #expect(try content(of: store) == before)
      try store.read { (snapshot: borrowing Snapshot) throws in
        #expect(try snapshot.log(after: 0, limit: 100) == log)
        #expect(try snapshot.packageHistory(Text(stack.packages[4].name)) == history)
        #expect(try snapshot.overview().retained <= 2)
      }
      // Life goes on, on the same chain.
      stack.drift(percent: 5)
      _ = try store.writer.commit(releasePut("2+a", [newArtifact("2+a", stack)], at: 40))
      #expect(try store.verify(fullVerify()).findings == [])
    }
    let reader = try temporary.reader()
    #expect(try reader.verify(fullVerify()).findings == [])
    #expect(
      try FileSystem.names(in: temporary.path).sorted() == ["HEAD", "STORE", "collector.lock", "data.mdb", "lock.mdb"])
  }

  /// Killed between removing the lock file and renaming, `compact` leaves the old data under a new lock file.
  @Test func aReaderFindsTheNewLockFile() throws {
    let temporary = try TemporaryStore()
    try temporary.collecting { store in _ = try store.writer.commit(releasePut("1+a", [newArtifact("1+a", Stack(9))])) }
    let reader = try temporary.reader()
    #expect(try reader.read { try $0.sequence } == 1)
    try reader.read { _ in
      try FileSystem.remove(temporary.path + "/lock.mdb")
      try temporary.collecting { store in
        _ = try store.writer.commit(releasePut("2+a", [newArtifact("2+a", Stack(9))], at: 2))
      }
    }
    #expect(try reader.read { try $0.sequence } == 2)
    #expect(try reader.verify(fullVerify()).findings == [])
  }

  @Test func aRebuildCutShortIsClearedAway() throws {
    let temporary = try TemporaryStore()
    try temporary.collecting { store in _ = try store.writer.commit(releasePut("1+a", [newArtifact("1+a", Stack(9))])) }
    try FileSystem.makeDirectory(temporary.path + "/rebuild.tmp")
    try FileSystem.replace(
      temporary.path + "/rebuild.tmp/data.mdb", with: [1, 2, 3], directory: temporary.path + "/rebuild.tmp")
    try temporary.collecting { (store: Store) throws in
      #expect(try !FileSystem.names(in: temporary.path).contains("rebuild.tmp"))
      #expect(try store.compact().dropped == 0)
    }
  }
}
