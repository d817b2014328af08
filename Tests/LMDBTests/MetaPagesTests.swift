import LMDB
import TestSupport
import Testing

/// The look at a data file before LMDB maps it: healthy files pass, damaged ones are named, nothing traps.
struct MetaPagesTests {
  let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  /// A file of a few commits, and what LMDB said of it last.
  private func makeFile(commits: Int) throws -> (bytes: [UInt8], info: EnvironmentInfo) {
    let environment = try Environment.open(path: directory.path)
    defer { environment.close() }
    if commits > 0 {
      let database = try environment.openDatabases(["one"], create: true)[0]
      for number in 1..<max(commits, 1) {
        try environment.write { try $0.put(database, key(number).span, [UInt8](repeating: 7, count: 9000).span) }
      }
    }
    return (try directory.bytes(of: "data.mdb"), try environment.info())
  }

  @Test(arguments: 0...5) func aHealthyFileIsReadAsLMDBReadsIt(commits: Int) throws {
    let (bytes, info) = try makeFile(commits: commits)
    let pages = try MetaPages.inspect(bytes.span)
    #expect(pages.transactionID == info.lastTransactionID)
    #expect(pages.transactionID == UInt64(commits))
    #expect(pages.lastPage == info.lastPage)
    #expect(pages.pageBytes == info.pageBytes)
    #expect(pages.mapBytes == info.mapBytes || commits == 0)
    #expect(pages.neededBytes == info.neededBytes)
  }

  @Test func aCompactedFilePasses() throws {
    _ = try makeFile(commits: 4)
    let environment = try Environment.open(path: directory.path)
    try environment.copyCompact(to: directory.path + "/copy")
    let copy = try directory.bytes(of: "copy")
    let pages = try MetaPages.inspect(copy.span)
    #expect(pages.transactionID == 1)
    #expect(pages.neededBytes == copy.count)
  }

  @Test(arguments: [0, 1, 16, 151, 152, 4095, 4096, 4096 + 151, 8191]) func aShortFileIsRefused(count: Int) throws {
    let (bytes, _) = try makeFile(commits: 3)
    #expect(code(Array(bytes[0..<count])) == .badHeader)
  }

  @Test func zeroedPagesAreRefused() throws {
    let (bytes, _) = try makeFile(commits: 3)
    #expect(code([UInt8](repeating: 0, count: 8192)) == .badHeader)
    for page in 0...1 {
      var damaged = bytes
      for index in 0..<4096 { damaged[page * 4096 + index] = 0 }
      #expect(code(damaged) == .badHeader)
    }
  }

  /// Every field that LMDB would stumble over, and the finding that names it.
  @Test(arguments: [
    (16, [0xdf, 0xc0, 0xef, 0xbe], "not a meta page"),
    (20, [2, 0, 0, 0], "format 2"),
    (10, [0, 0], "page header"),
    (0, [9], "page header"),
    (40, [0, 0, 0, 0], "page size 0"),
    (40, [1, 0, 0, 0], "page size 1"),
    (40, [0, 0x30, 0, 0], "page size 12288"),
    (40, [0, 0, 1, 0], "page size 65536"),
    (40, [0, 0, 0, 0x80], "page size"),
    (136, [0, 0, 0, 0, 0, 0, 0, 0], "last page 0"),
    (136, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], "last page"),
    (39, [0xff], "map size"),
    (144, [0, 0, 0, 0, 0, 0, 0, 0], "do not follow"),
    (144, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], "do not follow"),
  ]) func aDamagedFieldIsNamed(offset: Int, field: [UInt8], finding: String) throws {
    let (bytes, _) = try makeFile(commits: 6)
    for page in 0...1 {
      var damaged = bytes
      damaged.replaceSubrange(page * 4096 + offset..<page * 4096 + offset + field.count, with: field)
      let error = #expect(throws: LMDBError.self) { try MetaPages.inspect(damaged.span) }
      #expect(error?.code == .badHeader)
      #expect(error?.subject?.contains(finding) == true, "\(error?.subject ?? "")")
    }
  }

  @Test(arguments: [
    (136, [1, 0], "root"),
    (128, [0xff, 0xff, 0xff, 0x7f], "the tree of databases"),
    (80, [1, 0, 0, 0, 0, 0, 0, 0], "the tree of free pages"),
    (94, [0xff, 0xff], "depth 65535"),
  ]) func rootsCountInTheNewerPageOnly(offset: Int, field: [UInt8], finding: String) throws {
    let (bytes, info) = try makeFile(commits: 6)
    var newer = bytes
    newer.replaceSubrange(offset..<offset + field.count, with: field)
    let error = #expect(throws: LMDBError.self) { try MetaPages.inspect(newer.span) }
    #expect(error?.subject?.contains(finding) == true, "\(error?.subject ?? "")")
    var older = bytes
    older.replaceSubrange(4096 + offset..<4096 + offset + field.count, with: field)
    #expect(try MetaPages.inspect(older.span).transactionID == info.lastTransactionID)
  }

  /// What LMDB leaves when writing the meta page of transaction 6 fails: transaction 4 and its last page, the trees of 6.
  @Test func aMetaPageThatCouldNotBeWrittenIsPassedOver() throws {
    let (before, info) = try makeFile(commits: 5)
    var failed = try commitOnce()
    failed.replaceSubrange(136..<144, with: before[136..<144])
    #expect(code(failed) == .badHeader, "the roots are beyond the last page")
    failed.replaceSubrange(144..<152, with: before[144..<152])
    let pages = try MetaPages.inspect(failed.span)
    #expect(pages.transactionID == 5 && pages.lastPage == info.lastPage)
    // LMDB agrees, and its next commit mends the page.
    try Files.write(failed, to: directory.file("data.mdb"))
    let mended = try commitOnce()
    #expect(try MetaPages.inspect(mended.span).transactionID == 6)
    let environment = try Environment.open(path: directory.path)
    defer { environment.close() }
    let database = try environment.openDatabases(["one"], create: false)[0]
    #expect(try environment.read { try $0.entryCount(database) } == 304)
  }

  /// Makes one more commit in the file that `makeFile` made, and returns its bytes.
  private func commitOnce() throws -> [UInt8] {
    let environment = try Environment.open(path: directory.path)
    defer { environment.close() }
    let database = try environment.openDatabases(["one"], create: false)[0]
    // Large enough to use up the free pages, so that the roots come to lie behind the last page of before.
    try environment.write { transaction in
      for number in 100..<400 {
        try transaction.put(database, key(number).span, [UInt8](repeating: 7, count: 1000).span)
      }
    }
    return try directory.bytes(of: "data.mdb")
  }

  @Test func aNewerPageTurnedBackIsNoticed() throws {
    let (bytes, info) = try makeFile(commits: 5)
    #expect(info.lastTransactionID == 5)
    var damaged = bytes
    for id in UInt8(0)...9 where id != 5 && id != 3 {
      damaged[4096 + 144] = id
      #expect(code(damaged) == .badHeader, "transaction \(id)")
    }
  }

  @Test func noSingleBitMakesItTrap() throws {
    let (bytes, _) = try makeFile(commits: 5)
    var refused = 0
    for position in 0..<8192 {
      var damaged = Array(bytes[0..<8192])
      damaged[position] ^= 1 << UInt8(position % 8)
      if code(damaged) != nil { refused += 1 }
    }
    #expect(refused > 50)
  }

  private func code(_ bytes: [UInt8]) -> LMDBError.Code? {
    do throws(LMDBError) {
      _ = try MetaPages.inspect(bytes.span)
      return nil
    } catch {
      return error.code
    }
  }
}
