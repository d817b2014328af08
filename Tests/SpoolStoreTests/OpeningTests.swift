import Digest
import Glibc
import Testing
import WheelModel

@testable import SpoolStore

@Suite struct OpeningTests {
  private func filled() throws -> TemporaryStore {
    let temporary = try TemporaryStore()
    try temporary.collecting { (store: Store) throws in
      var stack = Stack(40)
      for release in 0..<6 {
        let tag = "1.\(release)+a"
        stack.drift(percent: 60)
        _ = try store.writer.commit(releasePut(tag, [newArtifact(tag, stack)], at: Int64(release)))
      }
    }
    return temporary
  }

  private func bytes(_ temporary: TemporaryStore, _ name: String) throws -> [UInt8] {
    try #require(try FileSystem.read(temporary.path + "/" + name, limit: 8 << 20))
  }

  private func write(_ bytes: [UInt8], _ temporary: TemporaryStore, _ name: String) throws {
    try FileSystem.replace(temporary.path + "/" + name, with: bytes, directory: temporary.path)
  }

  private func code(_ body: () throws -> Void) -> StoreError.Code? {
    do {
      try body()
      return nil
    } catch {
      return (error as? StoreError)?.code
    }
  }

  @Test func whatIsNoStoreIsRefused() throws {
    let temporary = try TemporaryStore()
    #expect(code { _ = try temporary.reader() } == .notAStore)
    #expect(code { _ = try Store.open(path: temporary.path, mode: .collect(create: false)) } == .notAStore)
    try FileSystem.makeDirectory(temporary.path)
    #expect(code { _ = try temporary.reader() } == .notAStore)
    try write([1], temporary, "holiday.jpg")
    #expect(code { _ = try temporary.collect() } == .notAStore)
    #expect(try FileSystem.names(in: temporary.path).contains("holiday.jpg"))
  }

  @Test func anEmptyDataFileIsNoEmptyStore() throws {
    let temporary = try filled()
    try write([], temporary, "data.mdb")
    #expect(code { _ = try temporary.reader() } == .damaged)
    #expect(code { _ = try temporary.collect() } == .damaged)
  }

  @Test(arguments: [0.1, 0.6, 0.99]) func aCutDataFileIsRefused(_ share: Double) throws {
    let temporary = try filled()
    let whole = try bytes(temporary, "data.mdb")
    try write(Array(whole[..<(Int(Double(whole.count) * share) / 4096 * 4096)]), temporary, "data.mdb")
    #expect(code { _ = try temporary.reader() } == .damaged)
    #expect(code { _ = try temporary.collect() } == .damaged)
  }

  @Test func aShortFileThatWasNeverLongerIsLengthened() throws {
    let temporary = try filled()
    // As after a crash between the commit and HEAD: the last page in use was never written.
    let whole = try bytes(temporary, "data.mdb")
    let reader = try temporary.reader()
    let id = reader.id
    reader.close()
    var head = try #require(Head(bytes(temporary, "HEAD")))
    head.transaction -= 1
    try write(head.bytes, temporary, "HEAD")
    try write(Array(whole.dropLast(4096)), temporary, "data.mdb")
    let again = try temporary.reader()
    #expect(again.id == id)
    #expect(FileSystem.size(temporary.path + "/data.mdb") == UInt64(whole.count))
    again.close()
  }

  @Test func damagedMetaPagesAreSeenBeforeTheyAreMapped() throws {
    let temporary = try filled()
    let whole = try bytes(temporary, "data.mdb")
    for offset in [16, 20, 40, 136, 4096 + 16, 4096 + 40] {
      var damaged = whole
      for index in offset..<offset + 4 { damaged[index] = 0 }
      if damaged == whole { continue }
      try write(damaged, temporary, "data.mdb")
      #expect(code { _ = try temporary.reader() } == .damaged, "offset \(offset)")
    }
  }

  @Test func aLostCommitIsNoticed() throws {
    let temporary = try filled()
    let before = try bytes(temporary, "data.mdb")
    try temporary.collecting { (store: Store) throws in
      _ = try store.writer.commit(releasePut("9+a", [newArtifact("9+a", Stack(40))], at: 9))
    }
    try write(before, temporary, "data.mdb")
    #expect(code { _ = try temporary.reader() } == .commitsMissing)
    // Torn or absent, HEAD says nothing.
    try write([1, 2, 3], temporary, "HEAD")
    let reader = try temporary.reader()
    #expect(try reader.read { try $0.sequence } == 6)
  }

  @Test func aNewerFormatIsNamed() throws {
    let temporary = try filled()
    let text = String(decoding: try bytes(temporary, "STORE"), as: UTF8.self).replacing("format 1", with: "format 7")
    try write(Array(text.utf8), temporary, "STORE")
    #expect {
      _ = try temporary.reader()
    } throws: { error in
      let error = error as? StoreError
      return error?.kind == .unusable && error?.cause.contains("format 7") == true
    }
  }

  @Test func aSecondCollectorLearnsWhoIsFirst() throws {
    let temporary = try filled()
    let first = try temporary.collect()
    #expect {
      _ = try temporary.collect()
    } throws: { error in
      let error = error as? StoreError
      return error?.kind == .busy && error?.cause.contains("process \(getpid())") == true
    }
    first.close()
    try temporary.collecting { _ in }
  }

  @Test func aLostMarkerIsMadeAnewFromTheDataFile() throws {
    let temporary = try filled()
    let reader = try temporary.reader()
    let id = reader.id
    reader.close()
    try FileSystem.remove(temporary.path + "/STORE")
    #expect(code { _ = try temporary.reader() } == .notAStore)
    try temporary.collecting { (store: Store) throws in
      #expect(store.id == id)
      #expect(try store.read { try $0.overview().releases } == 6)
    }
  }

  @Test func flippedBitsAreNeverHandedOut() throws {
    let temporary = try filled()
    let whole = try bytes(temporary, "data.mdb")
    let reader = try temporary.reader()
    func look(_ store: Store) throws -> [[UInt8]] {
      try store.read { snapshot in
        var all: [[UInt8]] = []
        try snapshot.forEachArtifact { view in
          all.append(Array(view.id.key.utf8))
          all.append(try snapshot.document(view.document(.dependencyGraph)?.id ?? 0) ?? [])
          all.append(try snapshot.packageList(view).bytes)
          return true
        }
        return all
      }
    }
    let good = try look(reader)
    reader.close()
    var dice = Dice(42)
    var reported = 0
    for _ in 0..<60 {
      var damaged = whole
      damaged[8192 + dice.roll(whole.count - 8192)] ^= UInt8(1 << dice.roll(8))
      try write(damaged, temporary, "data.mdb")
      do {
        let store = try temporary.reader()
        defer { store.close() }
        let report = try store.verify(fullVerify())
        if !report.isClean { reported += 1 }
        #expect(try look(store) == good)
      } catch {
        reported += 1
        #expect((error as? StoreError)?.kind == .unusable, "\(error)")
      }
    }
    #expect(reported > 10)
  }
}
