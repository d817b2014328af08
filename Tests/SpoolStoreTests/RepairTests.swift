import Digest
import Testing
import WheelModel

@testable import SpoolStore

@Suite struct RepairTests {
  private func filled(_ temporary: TemporaryStore) throws {
    try temporary.collecting { store in
      var stack = Stack(40)
      for release in 0..<12 {
        stack.drift(percent: 20)
        let tag = "1.\(release)+a"
        _ = try store.writer.commit(
          releasePut(tag, [newArtifact(tag, stack), newArtifact(tag, stack, arch: "s390x")], at: Int64(release)))
      }
      _ = try store.writer.commit(releasePut("1.3+a", [], at: 20))
      try store.writer.withdraw([releaseKey("1.5+a")], at: stamp(21))
    }
  }

  /// What a user sees of each artifact.
  private func contents(_ store: Store) throws -> [Text: [[UInt8]]] {
    try store.read { snapshot in
      var all: [Text: [[UInt8]]] = [:]
      try snapshot.forEachArtifact { view in
        let stored = view.stored
        var parts = try stored.documents.sorted { $0.key < $1.key }.map { try snapshot.document($0.value.id) ?? [] }
        parts.append(try snapshot.packageList(stored).bytes)
        parts.append(Array("\(stored.artifact) \(stored.withdrawnAt?.milliseconds ?? 0)".utf8))
        all[stored.artifact.id.key] = parts
        return true
      }
      return all
    }
  }

  @Test func anUndamagedStoreIsLeftAlone() throws {
    let temporary = try TemporaryStore()
    try filled(temporary)
    let before = try #require(try FileSystem.read(temporary.path + "/data.mdb", limit: 8 << 20))
    let store = try Store.open(path: temporary.path, mode: .repair)
    #expect(try store.repair() == RepairReport())
    store.close()
    #expect(try FileSystem.read(temporary.path + "/data.mdb", limit: 8 << 20) == before)
  }

  /// The data file of an earlier moment under the HEAD of a later one, as a restore of the one without the other leaves it.
  @Test func missingCommitsAreGivenUpWhenAskedTo() throws {
    let temporary = try TemporaryStore()
    try filled(temporary)
    let source = SourceState(
      repository: testRepository, project: "1", pages: [.init(url: "u", etag: "e", lastModified: nil)], listedTags: 13,
      completeAt: stamp(30))
    try temporary.collecting { try $0.writer.saveSource(source) }
    let earlier = try #require(try FileSystem.read(temporary.path + "/data.mdb", limit: 8 << 20))
    let last = try temporary.collecting { store in
      for release in 30..<33 {
        let tag = "2.\(release)+a"
        _ = try store.writer.commit(releasePut(tag, [newArtifact(tag, Stack(40))], at: Int64(release)))
      }
      return try store.read { try $0.sequence }
    }
    try FileSystem.replace(temporary.path + "/data.mdb", with: earlier, directory: temporary.path)
    let refused = #expect(throws: StoreError.self) { _ = try temporary.reader() }
    #expect(refused?.code == .commitsMissing)

    let store = try Store.open(path: temporary.path, mode: .repair)
    let report = try store.repair()
    store.close()
    #expect(report.findings.map(\.subject) == ["\(last - 2) to \(last)"])
    #expect(report.quarantined.count == 1)
    let reader = try temporary.reader()
    #expect(try reader.verify(fullVerify()).findings == [])
    #expect(try reader.read { try $0.sequence } == last - 3)
    #expect(try reader.read { try $0.source(testRepository) } == nil)
    reader.close()
    let again = try Store.open(path: temporary.path, mode: .repair)
    #expect(try again.repair() == RepairReport())
    again.close()
  }

  /// LMDB's own count of a database, which no checksum covers and every command but repair refuses.
  @Test(arguments: [42, 63]) func aFlippedCountIsRepaired(bit: Int) throws {
    let temporary = try TemporaryStore()
    try filled(temporary)
    let reader = try temporary.reader()
    let good = try contents(reader)
    reader.close()
    var bytes = try #require(try FileSystem.read(temporary.path + "/data.mdb", limit: 8 << 20))
    // A node of the list of databases: the name, then flags, depth and page counts in 32 bytes, then the number of entries.
    let node = Array("artifacts".utf8)
    for place in bytes.indices.dropLast(node.count + 48) where bytes[place..<place + node.count].elementsEqual(node) {
      guard bytes[place + node.count + 32] == good.count else { continue }
      bytes[place + node.count + 32 + bit / 8] ^= 1 << (bit % 8)
    }
    try FileSystem.replace(temporary.path + "/data.mdb", with: bytes, directory: temporary.path)
    let refused = #expect(throws: StoreError.self) { _ = try temporary.reader() }
    #expect(refused?.cause.hasPrefix("artifacts has ") == true)

    let store = try Store.open(path: temporary.path, mode: .repair)
    #expect(try store.repair().findings.map(\.database) == ["artifacts"])
    store.close()
    let repaired = try temporary.reader()
    #expect(try contents(repaired) == good)
    #expect(try repaired.verify(fullVerify()).findings == [])
    repaired.close()
  }

  @Test func whateverBreaksTheRestIsWholeAfterwards() throws {
    let temporary = try TemporaryStore()
    try filled(temporary)
    let whole = try #require(try FileSystem.read(temporary.path + "/data.mdb", limit: 8 << 20))
    let head = try #require(try FileSystem.read(temporary.path + "/HEAD", limit: 64))
    let reader = try temporary.reader()
    let good = try contents(reader)
    reader.close()
    var dice = Dice(77)
    var (repaired, lost) = (0, 0)
    for _ in 0..<24 {
      var damaged = whole
      var place = 8192 + dice.roll(whole.count - 8192)
      while damaged[place] == 0 { place += place + 1 < whole.count ? 1 : 8192 - place }
      damaged[place] ^= UInt8(1 << dice.roll(8))
      try FileSystem.replace(temporary.path + "/data.mdb", with: damaged, directory: temporary.path)
      try FileSystem.replace(temporary.path + "/HEAD", with: head, directory: temporary.path)
      let store: Store
      do {
        store = try Store.open(path: temporary.path, mode: .repair)
      } catch {
        #expect(error.kind == .unusable)
        continue
      }
      let report = try store.repair()
      if !report.findings.isEmpty { repaired += 1 }
      #expect(try store.verify(fullVerify()).findings == [])
      let left = try contents(store)
      for (key, content) in left { #expect(content == good[key]) }
      let gone = Set(good.keys).subtracting(left.keys)
      lost += gone.count
      try store.read { (snapshot: borrowing Snapshot) throws in
        #expect(try snapshot.source(testRepository) == nil)
        // What is gone will be fetched again: its release is gone too, or has lost its fingerprint.
        for key in gone {
          let release = try snapshot.release(releaseKey(String(key.string.split(separator: "-")[0])))
          #expect(release?.fingerprint == nil)
          #expect(release?.release.complete != true)
        }
      }
      store.close()
      try temporary.collecting { store in
        _ = try store.writer.commit(releasePut("9+a", [newArtifact("9+a", Stack(40))], at: 50))
        #expect(try store.verify(fullVerify()).findings == [])
      }
    }
    #expect(repaired > 3)
    #expect(lost > 0)
  }
}
