import Tarball
import Testing

/// What legal archives deliver, however they are written and cut into pieces.
struct WellFormedArchiveTests {
  private let text = Array("{\"a\": 1}".utf8)

  @Test(arguments: [1, 7, 512, 513, 65_536])
  func `members come in order with their bytes, whatever the pieces`(chunk: Int) throws {
    let long = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
    var archive = ArchiveBuilder()
    archive.add("release/", type: "5")
    archive.add("release/empty")
    archive.add("release/graph.json", text)
    archive.add("release/long", long)
    archive.add("release/exact", Array(long.prefix(1024)))
    #expect(
      try members(gzip(archive.ended()), chunk: chunk) == [
        Member(path: "release/", kind: .directory), Member(path: "release/empty"),
        Member(path: "release/graph.json", data: text), Member(path: "release/long", data: long),
        Member(path: "release/exact", data: Array(long.prefix(1024))),
      ])
  }

  @Test func `data that is not read is skipped, also half of it`() throws {
    var archive = ArchiveBuilder()
    archive.add("a", [UInt8](repeating: 1, count: 300_000))
    archive.add("b", [UInt8](repeating: 2, count: 300_000))
    archive.add("c", text)
    struct Enough: Error {}
    let reader = try TarReader(source: source([gzip(archive.ended())]))
    _ = try reader.next()
    _ = try reader.next()
    #expect(throws: Enough.self) { try reader.readData { _ in throw Enough() } }
    #expect(try reader.next()?.path == Array("c".utf8))
    #expect(try reader.next() == nil)
    #expect(try reader.next() == nil)
  }

  @Test func `a view is never larger than 64 KiB`() throws {
    var archive = ArchiveBuilder()
    archive.add("a", [UInt8](repeating: 1, count: 1_000_000))
    let reader = try TarReader(source: source([gzip(archive.ended())], chunk: 1 << 20))
    _ = try reader.next()
    var total = 0
    try reader.readData { piece in
      #expect(piece.count <= 65_536)
      total += piece.count
    }
    #expect(total == 1_000_000)
  }

  @Test func `names come from the ustar prefix, pax and GNU headers`() throws {
    let long = String(repeating: "d/", count: 300) + "graph.json"
    var archive = ArchiveBuilder()
    archive.add("graph.json", prefix: "release/outputs")
    archive.add("gnu", magic: "ustar  \0", prefix: "14171300000\0")
    archive.addLongName(long)
    archive.add("cut", text, magic: "ustar  \0")
    archive.addPax([("comment", "x"), ("path", long + "é"), ("mtime", "1.5")])
    archive.add("cut", text)
    archive.addPax([("path", "first"), ("path", "second")])
    archive.add("cut")
    archive.addPax([("path", "taken back"), ("path", "")])
    archive.add("plain")
    archive.addPax([("comment", "git archive")], type: "g")
    archive.add(String(repeating: "n", count: 100))
    #expect(
      try members(gzip(archive.ended())) == [
        Member(path: "release/outputs/graph.json"), Member(path: "gnu"), Member(path: long, data: text),
        Member(path: long + "é", data: text), Member(path: "second"), Member(path: "plain"),
        Member(path: String(repeating: "n", count: 100)),
      ])
  }

  @Test func `a path is bytes, of no encoding`() throws {
    var archive = ArchiveBuilder()
    archive.add("PaxHeaders/x", ArchiveBuilder.paxRecord("path", [0x61, 0xff, 0xfe]), type: "x")
    archive.add("x")
    let reader = try TarReader(source: source([gzip(archive.ended())]))
    #expect(try reader.next()?.path == [0x61, 0xff, 0xfe])
  }

  @Test func `sizes come from octal, base-256 and pax fields`() throws {
    var archive = ArchiveBuilder()
    archive.add("octal", text, size: Array("      00010 ".utf8))
    archive.add("binary", text, size: ArchiveBuilder.base256(8))
    archive.addPax([("size", "8")])
    archive.add("pax", text, size: ArchiveBuilder.octal(0))
    #expect(try members(gzip(archive.ended())).map(\.data) == [text, text, text])
  }

  @Test func `every kind of member is told apart`() throws {
    var archive = ArchiveBuilder()
    let kinds: [(Character, TarEntry.Kind)] = [
      ("0", .regular), ("\0", .regular), ("7", .regular), ("1", .hardLink), ("2", .symbolicLink), ("3", .special),
      ("4", .special), ("5", .directory), ("6", .special), ("V", .other), ("D", .other),
    ]
    for (type, _) in kinds { archive.add("m", type: type) }
    archive.add("v7 directory/", type: "\0", magic: "")
    #expect(try members(gzip(archive.ended())).map(\.kind) == kinds.map(\.1) + [.directory])
  }

  @Test func `several gzip members are one stream, and zero padding may follow`() throws {
    var archive = ArchiveBuilder()
    archive.add("a", text)
    let bytes = archive.ended()
    let parts = [0..<100, 100..<100, 100..<777, 777..<bytes.count].flatMap { gzip(Array(bytes[$0])) }
    #expect(try members(parts) == [Member(path: "a", data: text)])
    #expect(try members(parts + [UInt8](repeating: 0, count: 70_000), chunk: 1000) == [Member(path: "a", data: text)])
  }

  @Test func `the archive ends at the first zero block or, on a block boundary, with the file`() throws {
    var archive = ArchiveBuilder()
    archive.add("a", text)
    #expect(try members(gzip(archive.bytes)) == [Member(path: "a", data: text)])
    let one = archive.bytes + [UInt8](repeating: 0, count: 512)
    #expect(try members(gzip(one)) == [Member(path: "a", data: text)])
    archive.add("b", text)
    #expect(try members(gzip(one + archive.bytes)) == [Member(path: "a", data: text)])
    #expect(try members(gzip([UInt8](repeating: 0, count: 10_240))) == [])
  }

  @Test func `hostile names of other members are only names`() throws {
    var archive = ArchiveBuilder()
    let names = ["../../etc/passwd", "/etc/shadow", "a/\u{1b}[2J", "release/../x"]
    for name in names { archive.add(name, text) }
    #expect(try members(gzip(archive.ended())).map(\.path) == names)
  }
}
