import Testing

@testable import WheelModel

/// Packing, limits, walking and comparing of package rows.
@Suite struct PackageListTests {
  static func list(
    _ rows: [(String, String)], limits: PackageListLimits = PackageListLimits()
  ) throws -> PackageList {
    var builder = PackageListBuilder(limits: limits)
    for (name, version) in rows { try builder.add(name: Array(name.utf8).span, version: Array(version.utf8).span) }
    return try builder.finish()
  }

  static func rows(_ list: PackageList) -> [String] {
    var rows: [String] = []
    list.forEach { name, version in rows.append("\(Text(copying: name))==\(Text(copying: version))") }
    return rows
  }

  @Test func sortsByBytesAndKeepsEachOnce() throws {
    let list = try Self.list([
      ("numpy", "2.0"), ("Numpy", "1.26"), ("numpy", "2.0"), ("", "9"), ("a", ""), ("numpy-stubs", "1"), ("é", "1"),
      ("z", "1"), ("Éa", "1"), ("abcdefgh2", "1"), ("abcdefgh10", "1"), ("abcdefgh", "1"), ("numpy", "10"),
    ])
    #expect(
      Self.rows(list) == [
        "a==", "abcdefgh==1", "abcdefgh10==1", "abcdefgh2==1", "numpy==1.26", "numpy==10", "numpy==2.0",
        "numpy-stubs==1", "z==1", "Éa==1", "é==1",
      ])
    #expect(list.count == 11)
    #expect(list.names.map(\.string).count == 9)
    #expect(list.versions(of: "numpy") == ["1.26", "10", "2.0"])
    #expect(list.versions(of: "a") == [""])
    #expect(list.versions(of: "b") == [])
    #expect(list.versions(of: "zz") == [])
    #expect(list.bytes.prefix(4) == [1, 0x61, 0, 8])
  }

  @Test func ofNothingIsEmpty() throws {
    #expect(try Self.list([]) == .empty)
    #expect(try Self.list([("", "1")]) == .empty)
    #expect(PackageList.empty.names == [])
  }

  @Test func takesTextsUpToTheirLimit() throws {
    let name = String(repeating: "N", count: 512)
    let version = String(repeating: "1", count: 512)
    let list = try Self.list([(name, version), ("x", "1")])
    #expect(Self.rows(list) == [name.lowercased() + "==" + version, "x==1"])
    #expect(throws: ContentError.self) { try Self.list([(name + "n", "1")]) }
    #expect { try Self.list([("n", version + "1")]) } throws: { ($0 as? ContentError)?.code == .badName }
  }

  @Test func mergesManyRuns() throws {
    var rows: [(String, String)] = []
    for index in 0..<200_000 { rows.append(("package-\(index &* 7919 % 99_991)", "1.\(index % 2)")) }
    let list = try Self.list(rows)
    let expected = Set(rows.map { "\($0.0)==\($0.1)" })
    #expect(list.bytes.count > PackageListBuilder.runBytes)
    #expect(list.count == expected.count)
    #expect(Set(Self.rows(list)) == expected)
    #expect(PackageList(packed: list.bytes) == list)
  }

  @Test func countsEachRowOnceAgainstItsLimit() throws {
    var limits = PackageListLimits()
    limits.rows = 3
    let rows = [("a", "1"), ("a", "1"), ("b", "1"), ("c", "1"), ("b", "1")]
    #expect(try Self.list(rows, limits: limits).count == 3)
    #expect { try Self.list(rows + [("d", "1")], limits: limits) } throws: { ($0 as? ContentError)?.code == .limit }
    limits = PackageListLimits()
    limits.bytes = 12
    #expect(try Self.list(rows, limits: limits).bytes.count == 12)
    limits.bytes = 11
    #expect { try Self.list(rows, limits: limits) } throws: { ($0 as? ContentError)?.code == .limit }
  }

  @Test func countsEachRowOnceOverManyRuns() throws {
    var limits = PackageListLimits()
    limits.bytes = 3 << 19
    let version = String(repeating: "1", count: 480)
    let unique = (0..<3000).map { ("package-\($0)", version) }
    let repeated = Array(repeatElement(unique, count: 4).joined())
    #expect(try Self.list(repeated, limits: limits).count == 3000)
    let tooMany = (0..<6000).map { ("package-\($0)", version) }
    #expect { try Self.list(tooMany, limits: limits) } throws: { ($0 as? ContentError)?.code == .limit }
  }

  @Test(
    arguments: [
      [], [1, 0x61, 0], [1, 0x61, 1, 0x31], [1, 0x61, 0, 1, 0x61, 1, 0x31], [1, 0x61, 0, 1, 0x62, 0],
    ] as [[UInt8]]) func wrapsPackedBytes(_ bytes: [UInt8])
  {
    #expect(PackageList(packed: bytes)?.bytes == bytes)
  }

  @Test(
    arguments: [
      [1], [1, 0x61], [1, 0x61, 1], [0, 0], [1, 0x61, 0, 1, 0x61, 0], [1, 0x62, 0, 1, 0x61, 0], [0x81],
      [0x81, 0, 0x61, 0],
      [0xff, 0x7f, 0x61, 0], [1, 0x61, 0x80, 0],
    ] as [[UInt8]]) func refusesBytesThatAreNoRows(_ bytes: [UInt8])
  {
    #expect(PackageList(packed: bytes) == nil)
  }

  @Test func tellsWhatChanged() throws {
    let old = try Self.list([("a", "1"), ("b", "1"), ("b", "2"), ("d", "1"), ("e", "1")])
    let new = try Self.list([("a", "1"), ("b", "2"), ("b", "3"), ("c", "1"), ("e", "1"), ("f", "")])
    #expect(
      new.changes(since: old) == [
        PackageChange(name: "b", before: ["1", "2"], after: ["2", "3"]),
        PackageChange(name: "c", before: [], after: ["1"]), PackageChange(name: "d", before: ["1"], after: []),
        PackageChange(name: "f", before: [], after: [""]),
      ])
    #expect(new.changes(since: new) == [])
    #expect(new.changes(since: .empty).count == 5)
    #expect(PackageList.empty.changes(since: old).map(\.after) == [[], [], [], []])
  }
}
