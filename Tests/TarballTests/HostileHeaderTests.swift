import Tarball
import Testing

/// Headers that lie about sizes, contradict themselves or are made to cost memory.
struct HostileHeaderTests {
  private func archive(_ build: (inout ArchiveBuilder) -> Void) -> [UInt8] {
    var archive = ArchiveBuilder()
    build(&archive)
    return gzip(archive.ended())
  }

  @Test(arguments: [
    ArchiveBuilder.base256(-1), ArchiveBuilder.base256(.min), Array("zzzzzzzzzzz\0".utf8), Array("0000000-001\0".utf8),
    Array("00000000009\0".utf8), [UInt8](repeating: 0, count: 12), [0xbf] + [UInt8](repeating: 0xff, count: 11),
  ])
  func `a size that is no size is refused`(field: [UInt8]) {
    #expect(refusal(archive { $0.add("graph.json", [1], size: field) })?.code == .tar)
  }

  @Test(arguments: [ArchiveBuilder.base256(1 << 62), ArchiveBuilder.base256(.max), Array("777777777777".utf8)])
  func `a size beyond the limit is refused at the header`(field: [UInt8]) {
    #expect(refusal(archive { $0.add("graph.json", [1], size: field) })?.limit == "inflatedBytes")
  }

  @Test(arguments: ["-5", "+5", "0x10", "1e3", "1" + String(repeating: "0", count: 40), "9223372036854775808", " 1"])
  func `a pax size that is no size is refused`(size: String) {
    let file = archive {
      $0.addPax([("size", size)])
      $0.add("graph.json", [1])
    }
    #expect(refusal(file)?.code == .tar)
  }

  @Test(arguments: ["1000000000000000000", "9223372036854775807"])
  func `a pax size beyond the limit is refused at the header`(size: String) {
    let file = archive {
      $0.addPax([("size", size)])
      $0.add("graph.json", [1])
    }
    #expect(refusal(file)?.limit == "inflatedBytes")
  }

  @Test func `a size beyond the file is refused`() {
    #expect(refusal(archive { $0.add("graph.json", [1], size: ArchiveBuilder.octal(5000)) })?.code == .truncated)
  }

  @Test func `every sparse dialect is refused`() {
    let tera = ArchiveBuilder.octal(1 << 32)
    let old = archive {
      $0.add("g", [1, 2], type: "S", magic: "ustar  \0") { header in
        for (index, byte) in tera.enumerated() { header[483 + index] = byte }
      }
    }
    let pax01 = archive {
      $0.addPax([("GNU.sparse.size", "1099511627776"), ("GNU.sparse.numblocks", "1"), ("GNU.sparse.map", "0,2")])
      $0.add("g", [1, 2])
    }
    let pax10 = archive {
      $0.addPax([("GNU.sparse.major", "1"), ("GNU.sparse.minor", "0"), ("GNU.sparse.realsize", "1099511627776")])
      $0.add("g", Array("1\n0\n2\n".utf8))
    }
    let star = archive {
      $0.addPax([("SCHILY.realsize", "1099511627776")])
      $0.add("g", [1, 2])
    }
    let global = archive {
      $0.addPax([("GNU.sparse.major", "1")], type: "g")
      $0.add("g", [1, 2])
    }
    for file in [old, pax01, pax10, star, global] { #expect(refusal(file)?.code == .sparse) }
  }

  @Test func `a wrong checksum is refused, at the start and in the middle`() {
    #expect(refusal(archive { $0.add("a", breakChecksum: true) })?.code == .tar)
    let second = archive {
      $0.add("a", [1])
      $0.add("b", breakChecksum: true)
    }
    #expect(refusal(second)?.code == .tar)
  }

  @Test(arguments: ["1", "2", "3", "5", "6"] as [Character])
  func `a link, directory or device with data is refused`(type: Character) {
    #expect(refusal(archive { $0.add("a", [1], type: type) })?.code == .tar)
  }

  @Test func `what readers disagree about is refused`() {
    let globals = [("path", "a"), ("size", "1")]
    for record in globals { #expect(refusal(archive { $0.addPax([record], type: "g") })?.code == .tar) }
    #expect(refusal(archive { $0.addPax([("path", "a")]) })?.code == .tar, "a pax header and no member")
    #expect(refusal(archive { $0.add("", [1]) })?.code == .tar, "no name")
    #expect(refusal(archive { $0.add("a", type: "M") })?.code == .tar, "a piece of a volume")
    let hidden = archive {
      $0.addPax([("path", "a\0b")])
      $0.add("x")
    }
    #expect(refusal(hidden)?.code == .tar, "NUL in a path")
  }

  @Test(arguments: [
    "11 path=a", "5 a=b\n", "999999999999999999999 path=a\n", "path=a\n", "9 path=a\n", "0 path=a\n", "7 path\n",
    "6 =abc\n", "-9 path=a\n", "99 path=a\n", " 9 path=a\n",
  ])
  func `a malformed pax record is refused`(record: String) {
    let file = archive {
      $0.add("PaxHeaders/x", Array(record.utf8), type: "x")
      $0.add("m")
    }
    // "9 path=a\n" is the one right spelling among its neighbours.
    #expect((refusal(file)?.code == .tar) == (record != "9 path=a\n"))
  }

  @Test func `headers beyond their limit are refused before they are read`() {
    let huge = archive { $0.add("PaxHeaders/x", type: "x", size: ArchiveBuilder.octal(48 << 20)) }
    let name = archive { $0.add("././@LongLink", type: "L", size: ArchiveBuilder.octal(64 << 20)) }
    let many = archive { archive in
      for _ in 0..<1200 { archive.addPax([("comment", String(repeating: "c", count: 400))]) }
    }
    let links = archive { archive in
      for _ in 0..<1200 { archive.add("././@LongLink", [1, 0], type: "K") }
    }
    for file in [huge, name, many, links] { #expect(refusal(file)?.limit == "headerBytes") }
  }

  @Test func `forty pax headers before a member are read one by one`() throws {
    let file = archive { archive in
      for index in 0..<40 { archive.addPax([("path", "p\(index)")]) }
      archive.add("m", [1])
    }
    #expect(try members(file) == [Member(path: "p39", data: [1])])
  }

  @Test func `a path beyond its limit is refused`() {
    var limits = TarLimits()
    limits.pathBytes = 20
    let path = String(repeating: "p", count: 21)
    #expect(refusal(archive { $0.add(path) }, limits: limits)?.limit == "pathBytes")
    #expect(refusal(archive { $0.add(String(path.dropLast())) }, limits: limits) == nil)
  }
}
