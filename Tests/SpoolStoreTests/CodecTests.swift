import Digest
import Testing
import WheelModel

@testable import SpoolStore

@Suite struct CodecTests {
  @Test(arguments: [0, 1, 127, 128, 300, 16_383, 16_384, UInt64(UInt32.max), .max])
  func varintsComeBack(_ value: UInt64) {
    var bytes: [UInt8] = []
    Varint.append(value, to: &bytes)
    #expect(bytes.count == Varint.size(value))
    var at = 0
    #expect(Varint.read(bytes.span, &at) == value)
    #expect(at == bytes.count)
    var cut = 0
    #expect(Varint.read(Array(bytes.dropLast()).span, &cut) == nil)
  }

  @Test func varintsOver64BitsAreRefused() {
    let bytes = [UInt8](repeating: 0xff, count: 9) + [2]
    var at = 0
    #expect(Varint.read(bytes.span, &at) == nil)
  }

  @Test func keysStandInTheOrderOfTheirTexts() {
    let texts: [Text] = ["", "\u{0}", "\u{0}a", "\u{1}", "a", "a\u{0}", "a\u{0}b", "a\u{1}", "aa", "b", "ü"]
    let keys = texts.map { StoreKey.release(ReleaseKey(RepositoryKey(product: "p", repository: $0), tag: "t")) }
    for (a, b) in zip(keys, keys.dropFirst()) { #expect(a.lexicographicallyPrecedes(b)) }
    for (text, key) in zip(texts, keys) {
      let escaped = key.dropFirst(2).dropLast(3)
      #expect(StoreKey.name(Array(escaped).span) == text)
    }
  }

  @Test func longKeysFitAndDiffer() {
    let long = String(repeating: "x", count: 600)
    let keys = ["a", "b"].map { StoreKey.release(releaseKey(long + $0)) }
    #expect(keys[0] != keys[1])
    #expect(keys.allSatisfy { $0.count == 511 && $0.starts(with: StoreKey.repository(testRepository)) })
    let names = ["a", "b"].map { StoreKey.segment(StoreKey.package(Text(long + $0)), .max, .max) }
    #expect(names[0] != names[1] && names.allSatisfy { $0.count <= 511 })
  }

  @Test func recordsSkipWhatTheyDoNotKnow() throws {
    var writer = RecordWriter()
    writer.append(1, "text")
    writer.append(99, [1, 2, 3])
    writer.append(2, signed: -5)
    writer.append(3, 7)
    writer.append(3, 8)
    let record = try #require(Record(bytes: writer.body))
    #expect(record.string(1) == "text" && record.int(2) == -5 && record.uint(3) == 7)
    var all: [Int] = []
    record.forEach(3) { all.append(Int($0[0])) }
    #expect(all == [7, 8])
    #expect(Record(bytes: Array(writer.body.dropLast())) == nil)
  }

  @Test func headIsBelievedOnlyWhole() {
    let head = Head(store: .random(), sequence: 12, transaction: 34, fileBytes: 56)
    #expect(head.bytes.count == 64)
    #expect(Head(head.bytes) == head)
    for index in head.bytes.indices {
      var torn = head.bytes
      torn[index] ^= 1
      #expect(Head(torn) == nil)
    }
  }

  @Test func markerNamesWhatIsWrong() throws {
    let marker = Marker(id: .random())
    #expect(try Marker.parse(Array(marker.text.utf8), path: "p") == marker)
    #expect { try Marker.parse(Array("other\n".utf8), path: "p") } throws: { ($0 as? StoreError)?.code == .notAStore }
    let newer = marker.text.replacing("format 1", with: "format 2")
    #expect { try Marker.parse(Array(newer.utf8), path: "p") } throws: { ($0 as? StoreError)?.code == .newerFormat }
  }

  @Test func segmentsComeBackAndFillUp() {
    var segment = PackageSegment(fullName: "name")
    var changes: [PackageSegment.Change] = []
    var position: UInt32 = 3
    while true {
      let versions: [Text] = position % 3 == 0 ? [] : [Text("1.\(position)"), "2"]
      let change = PackageSegment.Change(position: position, versions: versions)
      guard segment.append(change) else { break }
      changes.append(change)
      position += 1 + position % 200
    }
    #expect(changes.count > 50)
    let body = segment.writer.body
    let back = PackageSegment(body.span)
    #expect(back == segment && back?.changes == changes && back?.fullName == "name")
  }

  @Test func documentHeadersComeBack() {
    var header = DocumentHeader(codec: .delta, slot: .packages, rawBytes: 1 << 40, sha256: SHA256.hash([1].span))
    header.setParent(77, SHA256.hash([2].span), depth: 16)
    let body = header.writer(frame: [9, 8, 7].span).body
    let read = DocumentHeader.read(body.span)
    #expect(read?.header == header && read.map { Array(body[$0.frame]) } == [9, 8, 7])
    for cut in 0..<body.count - 5 {
      let part = Array(body[..<cut])
      let header = DocumentHeader.read(part.span)?.header
      #expect(header != read?.header)
    }
  }
}
