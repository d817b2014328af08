import TestSupport
import Testing

@testable import LMDB

/// The walk that believes no page: it sees what LMDB sees of a healthy file, and survives every damage.
struct PageWalkTests {
  let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private var path: String { directory.file("data.mdb") }

  /// A tree with branch pages, and values in pages of their own.
  private func makeFile() throws -> [[UInt8]: [UInt8]] {
    let environment = try Environment.open(path: directory.path)
    defer { environment.close() }
    let database = try environment.openDatabases(["one"], create: true)[0]
    var entries: [[UInt8]: [UInt8]] = [:]
    for number in 0..<300 {
      entries[key(number)] = [UInt8](repeating: UInt8(number % 256), count: number % 30 == 0 ? 9000 : 100)
    }
    try environment.write { transaction in
      for (key, value) in entries { try transaction.put(database, key.span, value.span) }
    }
    return entries
  }

  private func walk() throws -> (entries: [[UInt8]: [UInt8]], handed: Int, findings: Int, isThere: Bool) {
    var entries: [[UInt8]: [UInt8]] = [:]
    var (handed, findings) = (0, 0)
    let isThere = try PageWalk(path: path).forEach("one", damaged: { _, _ in findings += 1 }) { key, value in
      handed += 1
      let copied = unsafe key.withUnsafeBufferPointer { unsafe Array($0) }
      entries[copied] = unsafe value.withUnsafeBufferPointer { unsafe Array($0) }
    }
    return (entries, handed, findings, isThere)
  }

  @Test func aHealthyFileIsReadAsLMDBReadsIt() throws {
    let entries = try makeFile()
    let walked = try walk()
    #expect(walked.entries == entries && walked.findings == 0 && walked.isThere)
    #expect(try !PageWalk(path: path).forEach("two", damaged: { _, _ in }) { _, _ in })
  }

  /// A key in a branch page that is not what it was sends searches to the wrong leaf: they must say so.
  @Test func aMisledSearchIsNoticed() throws {
    let entries = try makeFile()
    let whole = try directory.bytes(of: "data.mdb")
    var noticed = 0
    for page in stride(from: 8192, to: whole.count, by: 4096) where whole[page + 10] == 1 && whole[page + 11] == 0 {
      // The second entry: the first of a branch page has no key.
      let node = page + Int(whole[page + 18]) + 256 * Int(whole[page + 19])
      var damaged = whole
      damaged[node + 8] ^= 0x40
      try Files.write(damaged, to: path)
      let environment = try Environment.open(path: directory.path)
      defer { environment.close() }
      let database = try environment.openDatabases(["one"], create: false)[0]
      try environment.read { (transaction: borrowing ReadTransaction) throws in
        for (key, value) in entries {
          do {
            #expect(try transaction.get(database, key.span) == value)
          } catch let error as LMDBError {
            #expect(error.code == .corrupted)
            noticed += 1
          }
        }
      }
    }
    #expect(noticed > 0)
  }

  @Test func noDamageEndsTheWalk() throws {
    let entries = try makeFile()
    let whole = try directory.bytes(of: "data.mdb")
    var (found, missing) = (0, 0)
    for position in stride(from: 8192, to: whole.count, by: 97) {
      var damaged = whole
      damaged[position] ^= 1 << UInt8(position % 8)
      try Files.write(damaged, to: path)
      let walked = try walk()
      if walked.findings > 0 || !walked.isThere { found += 1 }
      // A key that was changed into another one is handed out too: telling them apart is the seals' part.
      if walked.handed < entries.count { missing += 1 }
    }
    #expect(found > 5)
    #expect(missing <= found)
  }
}
