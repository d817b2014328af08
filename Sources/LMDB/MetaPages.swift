/// What the first two pages of a data file say about it, once they are found fit to be mapped.
///
/// LMDB believes these pages: a page size of 0 ends the process (SIGFPE), a last page beyond the file too (SIGBUS), and a
/// damaged newer page silently brings back the state before the last commit. So look first.
public struct MetaPages: Equatable, Sendable {
  /// The size of a page in bytes: a power of two from 512 to 32768.
  public let pageBytes: Int
  /// The number of the last page in use at the newest commit.
  public let lastPage: Int
  /// The number of the newest commit; 0 in a file that has none.
  public let transactionID: UInt64
  /// The size of the map when the newest commit was made, in bytes.
  public let mapBytes: Int
  /// The page where the tree of databases begins.
  let mainRoot: UInt64

  /// The bytes at the start of a file that `inspect` can need: two pages of the largest size.
  public static let inspectedBytes = 2 * largestPage

  /// The bytes the file must have for every page in use to be there.
  ///
  /// A healthy file may be a little shorter: pages that were taken and freed in one transaction are never written.
  public var neededBytes: Int { (lastPage + 1) * pageBytes }

  /// Validates the start of a data file and reads it; give the first `inspectedBytes`, or all of a shorter file.
  ///
  /// Both pages must be meta pages of format 1 (LMDB 0.9, little-endian, 64 bits), agree on the page size, and carry
  /// transaction numbers that follow each other, even in page 0, odd in page 1. The newer one, which LMDB goes by, must
  /// keep its roots within the pages in use. The older one need not: when writing a meta page fails, LMDB puts the old
  /// transaction and last page back beside the new roots, and goes on with the other page.
  /// Throws `badHeader` with the finding as subject. While another process commits, a page can be read half-written:
  /// read again before believing an error. Counterpart: `mdb_env_read_header`, `MDB_meta`.
  public static func inspect(_ bytes: Span<UInt8>) throws(LMDBError) -> MetaPages {
    let first = try MetaPage(bytes, at: 0, number: 0)
    let second = try MetaPage(bytes, at: first.pageBytes, number: 1)
    guard second.pageBytes == first.pageBytes else { throw bad("the pages name different page sizes") }
    let isNew = first.transactionID == 0 && second.transactionID == 0
    let (low, high) = (
      min(first.transactionID, second.transactionID), max(first.transactionID, second.transactionID)
    )
    guard isNew || (high - low == 1 && first.transactionID % 2 == 0) else {
      throw bad("transactions \(first.transactionID) and \(second.transactionID) do not follow each other")
    }
    let newest = second.transactionID > first.transactionID ? second : first
    try newest.checkTrees()
    return MetaPages(
      pageBytes: newest.pageBytes, lastPage: newest.lastPage, transactionID: newest.transactionID,
      mapBytes: newest.mapBytes, mainRoot: newest.trees[1].root)
  }

  fileprivate static let largestPage = 32_768

  fileprivate static func bad(_ finding: String) -> LMDBError { LMDBError(.badHeader, .inspect, subject: finding) }
}

/// One meta page: a page header of 16 bytes, then `MDB_meta`.
private struct MetaPage {
  let pageBytes: Int
  let mapBytes: Int
  let lastPage: Int
  let transactionID: UInt64
  private let number: UInt64
  let trees: [(name: String, depth: UInt64, root: UInt64)]

  init(_ bytes: Span<UInt8>, at start: Int, number: UInt64) throws(LMDBError) {
    func fail(_ finding: String) -> LMDBError { MetaPages.bad("page \(number): \(finding)") }
    guard bytes.count >= start + 152 else { throw fail("the file ends before it") }
    func read(_ offset: Int, _ count: Int) -> UInt64 {
      var value: UInt64 = 0
      for index in (0..<count).reversed() { value = value << 8 | UInt64(bytes[start + offset + index]) }
      return value
    }
    guard read(16, 4) == 0xBEEF_C0DE else { throw fail("not a meta page of LMDB") }
    guard read(20, 4) == 1 else { throw fail("format \(read(20, 4)), this program knows 1") }
    // P_META, and the page's own number.
    guard read(10, 2) == 0x08, read(0, 8) == number else { throw fail("the page header is damaged") }

    let pageSize = read(40, 4)
    guard let pageBytes = Int(exactly: pageSize), (512...MetaPages.largestPage).contains(pageBytes),
      pageBytes.nonzeroBitCount == 1
    else { throw fail("page size \(pageSize)") }
    guard bytes.count >= start + pageBytes else { throw fail("the file ends within it") }
    let last = read(136, 8)
    // Page numbers have 48 bits and more in LMDB; this many bytes of file nobody has.
    guard last >= 1, last < 1 << 40 else { throw fail("last page \(last)") }
    guard let mapBytes = Int(exactly: read(32, 8)) else { throw fail("map size \(read(32, 8))") }
    self.pageBytes = pageBytes
    self.mapBytes = mapBytes
    lastPage = Int(last)
    transactionID = read(144, 8)
    self.number = number
    trees = [("free pages", 40), ("databases", 88)].map { name, offset in
      (name, read(offset + 6, 2), read(offset + 40, 8))
    }
  }

  /// Checks that the roots lie within the pages in use.
  func checkTrees() throws(LMDBError) {
    for tree in trees {
      let isEmpty = tree.root == .max && tree.depth == 0
      guard isEmpty || tree.root >= 2 && tree.root <= lastPage && (1...32).contains(tree.depth) else {
        throw MetaPages.bad("page \(number): the tree of \(tree.name) has root \(tree.root) and depth \(tree.depth)")
      }
    }
  }
}
