import Glibc

/// Reads a data file page by page without LMDB: for checking pages before LMDB believes them, and for saving what is
/// whole in a damaged file. Every page is read into memory, so nothing that it holds can end the process.
///
/// Counterpart: `mdb_page_get`, `mdb_cursor_get`.
public final class PageWalk {
  /// Something wrong with a page, in words.
  public typealias Finding = (_ page: UInt64, _ problem: String) -> Void

  private static let branch: UInt16 = 1
  private static let leaf: UInt16 = 2
  private static let overflow: UInt16 = 4
  private static let big: UInt16 = 1
  private static let subDatabase: UInt16 = 2
  /// No tree of LMDB is higher.
  private static let highest = 32

  /// The number of the commit that is read.
  public let transactionID: UInt64
  private let file: CInt
  private let pageBytes: Int
  private let lastPage: UInt64
  private let mainRoot: UInt64
  private var seen: Set<UInt64> = []

  /// Opens a data file at its newest commit. Throws `badHeader`, or an `errno`.
  public init(path: String) throws(LMDBError) {
    file = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw LMDBError(.init(rawValue: errno), .open, subject: path) }
    guard let start = Self.read(file, count: MetaPages.inspectedBytes, at: 0, mayBeShort: true) else {
      throw LMDBError(.init(rawValue: errno), .inspect, subject: path)
    }
    let pages = try MetaPages.inspect(start.span)
    transactionID = pages.transactionID
    pageBytes = pages.pageBytes
    lastPage = UInt64(pages.lastPage)
    mainRoot = pages.mainRoot
  }

  deinit { close(file) }

  /// Walks the entries of a named database in order; parts that cannot be read are named to `damaged` and passed over.
  ///
  /// Returns false when there is no such database. With `values` false overflow pages are looked at, not read, and values
  /// are empty. Throws what `body` throws.
  public func forEach(
    _ database: String, values: Bool = true, damaged: Finding,
    _ body: (_ key: Span<UInt8>, _ value: Span<UInt8>) throws -> Void
  ) throws -> Bool {
    var root: UInt64?
    let wanted = Array(database.utf8)
    seen = []
    try walk(mainRoot, 0, isMain: true, readsValues: true, damaged) { key, value, flags in
      guard flags & Self.subDatabase != 0, value.count == 48, key.elements == wanted else { return }
      let record = value.elements
      // Flags of a tree: ours have none.
      guard number(record, 4, 2) == 0 else { return damaged(mainRoot, "the record of \(database) is damaged") }
      root = number(record, 40, 8)
    }
    guard let root else { return false }
    seen = []
    try walk(root, 0, readsValues: values, damaged) { key, value, _ in try body(key, value) }
    return true
  }

  private func walk(
    _ page: UInt64, _ depth: Int, isMain: Bool = false, readsValues: Bool, _ damaged: Finding,
    _ body: (Span<UInt8>, Span<UInt8>, UInt16) throws -> Void
  ) throws {
    // An empty tree.
    if page == .max && depth == 0 { return }
    guard page >= 2, page <= lastPage else { return damaged(page, "there is no such page") }
    guard depth < Self.highest, seen.insert(page).inserted else { return damaged(page, "it is met twice") }
    guard let bytes = Self.read(file, count: pageBytes, at: offset(page)) else {
      return damaged(page, "it cannot be read")
    }
    let flags = UInt16(number(bytes, 10, 2))
    let lower = Int(number(bytes, 12, 2))
    let upper = Int(number(bytes, 14, 2))
    guard number(bytes, 0, 8) == page, flags == Self.branch || flags == Self.leaf,
      lower >= 16, lower <= upper, upper <= pageBytes, lower % 2 == 0
    else { return damaged(page, "its header is damaged") }
    let count = (lower - 16) / 2
    guard count > (flags == Self.branch ? 1 : 0) else { return damaged(page, "it has too few entries") }
    for index in 0..<count {
      let node = Int(number(bytes, 16 + 2 * index, 2))
      guard node >= upper, node + 8 <= pageBytes else {
        damaged(page, "entry \(index) lies outside")
        continue
      }
      let low = number(bytes, node, 2) | number(bytes, node + 2, 2) << 16
      let nodeFlags = UInt16(number(bytes, node + 4, 2))
      let keyBytes = Int(number(bytes, node + 6, 2))
      guard node + 8 + keyBytes <= pageBytes, keyBytes <= 511 else {
        damaged(page, "the key of entry \(index) lies outside")
        continue
      }
      if flags == Self.branch {
        try walk(low | UInt64(nodeFlags) << 32, depth + 1, isMain: isMain, readsValues: readsValues, damaged, body)
        continue
      }
      // A flag of LMDB's for duplicates in a tree that has none ends the process (SIGSEGV).
      guard nodeFlags == 0 || nodeFlags == Self.big || (nodeFlags == Self.subDatabase && isMain) else {
        damaged(page, "entry \(index) has flags \(nodeFlags)")
        continue
      }
      let key = bytes.span.extracting(node + 8..<node + 8 + keyBytes)
      let start = node + 8 + keyBytes
      if nodeFlags & Self.big != 0 {
        guard start + 8 <= pageBytes else {
          damaged(page, "the value of entry \(index) lies outside")
          continue
        }
        let first = number(bytes, start, 8)
        guard let value = large(first, Int(low), readsValues) else {
          damaged(first, "the value of entry \(index) of page \(page) is not there")
          continue
        }
        try body(key, value.span, nodeFlags)
      } else {
        guard start + Int(low) <= pageBytes else {
          damaged(page, "the value of entry \(index) lies outside")
          continue
        }
        try body(key, bytes.span.extracting(start..<start + Int(low)), nodeFlags)
      }
    }
  }

  /// A value in pages of its own; nil when they are not what they should be.
  private func large(_ first: UInt64, _ count: Int, _ isRead: Bool) -> [UInt8]? {
    guard first >= 2, first <= lastPage, let header = Self.read(file, count: 16, at: offset(first)) else { return nil }
    let pages = number(header, 12, 4)
    guard number(header, 0, 8) == first, UInt16(number(header, 10, 2)) == Self.overflow, first + pages - 1 <= lastPage,
      count + 16 <= Int(pages) * pageBytes
    else { return nil }
    return isRead ? Self.read(file, count: count, at: offset(first) + 16) : []
  }

  private func offset(_ page: UInt64) -> Int { Int(page) * pageBytes }

  private func number(_ bytes: [UInt8], _ at: Int, _ count: Int) -> UInt64 {
    var value: UInt64 = 0
    for index in (0..<count).reversed() { value = value << 8 | UInt64(bytes[at + index]) }
    return value
  }

  private static func read(_ file: CInt, count: Int, at offset: Int, mayBeShort: Bool = false) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: count)
    var done = 0
    while done < count {
      // Safety: the buffer has `count` bytes; at most the rest of them is written.
      let got = unsafe bytes.withUnsafeMutableBytes { buffer in
        unsafe pread(file, buffer.baseAddress?.advanced(by: done), count - done, off_t(offset + done))
      }
      if got < 0 && errno == EINTR { continue }
      guard got > 0 else {
        guard mayBeShort, got == 0 else { return nil }
        bytes.removeLast(count - done)
        return bytes
      }
      done += got
    }
    return bytes
  }
}

extension Span<UInt8> {
  fileprivate var elements: [UInt8] { unsafe withUnsafeBufferPointer { unsafe Array($0) } }
}
