import Digest
import Testing
import WheelModel

@testable import SpoolStore

@Suite struct LargeDocumentTests {
  private static func options() -> StoreOptions {
    var options = StoreOptions()
    options.largeDocumentBytes = 200_000
    return options
  }

  /// About 3 MB that compresses little, fed in uneven pieces.
  private func noise(_ seed: UInt64, count: Int = 3_000_000) -> [UInt8] {
    var dice = Dice(seed)
    return (0..<count).map { $0 % 3 == 0 ? UInt8(truncatingIfNeeded: dice.roll(256)) : UInt8($0 % 50) }
  }

  private func take(_ bytes: [UInt8], _ store: Store) throws -> PreparedDocument {
    let writer = try store.writer.largeDocument()
    var at = 0
    while at < bytes.count {
      let end = min(at + 70_001, bytes.count)
      try writer.write(bytes.span.extracting(at..<end))
      at = end
    }
    return try writer.finish()
  }

  private func put(_ tag: String, _ document: PreparedDocument, at hours: Int64) -> ReleasePut {
    releasePut(
      tag, [.new(artifact(tag), documents: [.dependencyGraph: .stored(document)], packages: .empty)], at: hours)
  }

  @Test func aLargeDocumentIsTakenInAndReadInPieces() throws {
    let temporary = try TemporaryStore()
    let bytes = noise(1)
    try temporary.collecting(Self.options()) { (store: Store) throws in
      let prepared = try take(bytes, store)
      #expect(prepared.rawBytes == 3_000_000 && prepared.sha256 == SHA256.hash(bytes.span))
      #expect(try store.read { try $0.overview().documents } == 0)
      _ = try store.writer.commit(put("1+a", prepared, at: 0))
      let info = try #require(try store.read { try $0.artifact(artifactID("1+a"))?.documents[.dependencyGraph] })
      #expect(info.bytes == 3_000_000 && info.depth == 0)
      var streamed: [UInt8] = []
      var longest = 0
      _ = try store.read { snapshot in
        try snapshot.streamDocument(info.id) { piece in
          longest = max(longest, piece.count)
          for index in 0..<piece.count { streamed.append(piece[index]) }
        }
      }
      #expect(streamed == bytes && longest <= 65_536)
      let reader = try #require(try store.document(info.id))
      var read: [UInt8] = []
      var buffer: [UInt8] = []
      while try reader.next(into: &buffer) {
        #expect(buffer.count <= 65_536)
        read += buffer
      }
      #expect(read == bytes)
      #expect(try store.verify(fullVerify()).findings == [])

      // The same again is an alias; its pieces go.
      _ = try store.writer.commit(put("2+a", take(bytes, store), at: 1))
      let alias = try #require(try store.read { try $0.artifact(artifactID("2+a"))?.documents[.dependencyGraph] })
      #expect(alias.storedBytes < 100)
      #expect(try store.read { try $0.document(alias.id) } == bytes)
      let second = try #require(try store.document(alias.id))
      var count = 0
      while try second.next(into: &buffer) { count += buffer.count }
      #expect(count == bytes.count)
      _ = try store.writer.commit(releasePut("1+a", [], at: 2))
      #expect(try store.read { try $0.document(alias.id) } == bytes)
      #expect(try store.verify(fullVerify()).findings == [])
      _ = try store.writer.commit(releasePut("2+a", [], at: 3))
      #expect(try store.read { try $0.sizes().databases.first { $0.name == "documents" }?.records } == 1)
      #expect(try store.verify(fullVerify()).findings == [])
    }
  }

  @Test func whatNobodyCommitsIsSwept() throws {
    let temporary = try TemporaryStore()
    try temporary.collecting(Self.options()) { (store: Store) throws in
      _ = try take(noise(2), store)
      let discarded = try take(noise(3), store)
      try store.writer.discard(discarded)
      let unfinished = try store.writer.largeDocument()
      try unfinished.write(noise(4).span)
      #expect(try store.verify(fullVerify()).findings == [])
      #expect(try store.read { try $0.sizes().databases.first { $0.name == "pending" }?.records } == 2)
      #expect(throws: StoreError.self) { try store.writer.commit(put("1+a", discarded, at: 0)) }
    }
    try temporary.collecting(Self.options()) { (store: Store) throws in
      let sizes = try store.read { try $0.sizes().databases }
      #expect(sizes.filter { ["pending", "documents"].contains($0.name) }.map(\.records) == [0, 0])
    }
  }

  @Test func aSmallDocumentInPiecesFindsItsPlaceInTheChain() throws {
    let temporary = try TemporaryStore()
    try temporary.collecting(Self.options()) { (store: Store) throws in
      var stack = Stack(60)
      _ = try store.writer.commit(releasePut("1+a", [newArtifact("1+a", stack)]))
      stack.drift(percent: 4)
      _ = try store.writer.commit(put("2+a", take(stack.graph, store), at: 1))
      let info = try #require(try store.read { try $0.artifact(artifactID("2+a"))?.documents[.dependencyGraph] })
      #expect(info.depth == 1)
      #expect(try store.read { try $0.document(info.id) } == stack.graph)
      #expect(try store.verify(fullVerify()).findings == [])
    }
  }

  @Test func longPackageRowsAreKeptInPieces() throws {
    let temporary = try TemporaryStore()
    var options = StoreOptions()
    options.largeDocumentBytes = 500
    try temporary.collecting(options) { (store: Store) throws in
      var stack = Stack(60)
      for release in 0..<3 {
        if release < 2 { stack.drift(percent: 10) }
        let tag = "1.\(release)+a"
        let put = releasePut(
          tag, [.new(artifact(tag), documents: [:], packages: stack.list)], at: Int64(release))
        for _ in 0..<2 { _ = try store.writer.commit(put) }
        #expect(try store.read { try $0.packageList(of: artifactID(tag)) } == stack.list)
      }
      try store.read { (snapshot: borrowing Snapshot) throws in
        #expect(try snapshot.packageHistory(Text(stack.packages[9].name)).count == 3)
        #expect(try snapshot.sizes().databases.first { $0.name == "pending" }?.records == 0)
      }
      #expect(try store.verify(fullVerify()).findings == [])
      #expect(try store.compact().dropped == 0)
      #expect(try store.verify(fullVerify()).findings == [])
    }
  }
}
