import LMDB
import Testing
import WheelModel

@testable import SpoolStore

/// Readers beside a collector: who holds back what, and what a list tells when entries are missing.
@Suite struct ReaderTests {
  @Test func aLongReaderIsListedWithWhatItHoldsBack() throws {
    let temporary = try TemporaryStore()
    try temporary.collecting { (store: Store) throws in
      let put = { (release: Int) throws -> Void in
        let tag = "1.\(release)+a"
        _ = try store.writer.commit(releasePut(tag, [newArtifact(tag, Stack(9))], at: Int64(release)))
      }
      try put(0)
      try store.read { (snapshot: borrowing Snapshot) throws in
        #expect(try snapshot.sizes().readers.map(\.commitsBehind) == [0])
        for release in 1...3 { try put(release) }
        #expect(try store.read { try $0.sizes().readers.map(\.commitsBehind) }.sorted() == [0, 3])
        #expect(try snapshot.sizes().readers.allSatisfy { $0.process == Int(ProcessIdentity.pid) })
      }
    }
  }

  @Test(arguments: ["log", "runs", "packages", "releases", "artifacts", "failures", "repositories", "members"])
  func aListThatLacksAnEntryIsNoList(_ name: String) throws {
    let temporary = try TemporaryStore()
    let failure = Failure(
      repository: testRepository, tag: "1.0+a", asset: "x", code: .noMembers, message: "m", isPermanent: true,
      firstAt: stamp(0), lastAt: stamp(0), attempts: 1, nextDue: nil)
    try temporary.collecting { (store: Store) throws in
      _ = try store.writer.beginRun(at: stamp(0), pid: 7)
      for release in 0..<3 {
        let tag = "1.\(release)+a"
        _ = try store.writer.commit(releasePut(tag, [newArtifact(tag, Stack(9))], at: 0, failures: [failure]))
      }
      // As a damaged page would: the entry is gone, the counter is not.
      try store.writer.onThread("lose an entry") { core in
        let table = try #require(core.open.tables.counted.first { $0.name == name })
        try core.open.environment.write { transaction in
          let key = try #require(try transaction.read.last(table.database) { key, _ in key.copied })
          try transaction.delete(table.database, key.span)
        }
      }
      try store.read { (snapshot: borrowing Snapshot) throws in
        var kind: StoreError.Kind?
        do { try list(name, snapshot) } catch { kind = (error as? StoreError)?.kind }
        #expect(kind == .unusable)
      }
      #expect(try !store.verify().isClean)
    }
  }

  private func list(_ name: String, _ snapshot: borrowing Snapshot) throws {
    switch name {
    case "log": _ = try snapshot.log(after: 0, limit: 100)
    case "runs": try snapshot.forEachRun { _ in true }
    case "packages": try snapshot.forEachPackageName { _ in true }
    case "members": try snapshot.confirmCount(of: .packages)
    case "releases": try snapshot.forEachRelease(in: .repository(testRepository)) { _ in true }
    case "artifacts": try snapshot.forEachArtifact(in: .product(testRepository.product)) { _ in true }
    case "failures": try snapshot.forEachFailure(in: .repository(testRepository)) { _ in true }
    default: _ = try snapshot.overview()
    }
  }
}
