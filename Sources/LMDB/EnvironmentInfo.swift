import CLMDB

/// Sizes and counts of an environment at one moment. Counterpart: `MDB_envinfo`.
public struct EnvironmentInfo: Equatable, Sendable {
  /// The size of a page in bytes.
  public let pageBytes: Int
  /// The size of the map in bytes.
  public let mapBytes: Int
  /// The number of the last page in use; the file may be shorter, for pages freed before their commit are not written.
  public let lastPage: Int
  /// The number of the newest commit.
  public let lastTransactionID: UInt64
  /// The number of reader slots.
  public let maxReaders: Int
  /// The highest number of reader slots ever in use since the lock file was made.
  public let usedReaders: Int

  init(_ info: MDB_envinfo, _ status: MDB_stat) {
    pageBytes = Int(status.ms_psize)
    mapBytes = unsafe info.me_mapsize
    lastPage = unsafe info.me_last_pgno
    lastTransactionID = unsafe UInt64(info.me_last_txnid)
    maxReaders = unsafe Int(info.me_maxreaders)
    usedReaders = unsafe Int(info.me_numreaders)
  }

  /// The bytes the file must have for every page in use to be there.
  public var neededBytes: Int { (lastPage + 1) * pageBytes }
}

/// One slot of the table of readers. Counterpart: a line of `mdb_reader_list`.
public struct Reader: Equatable, Sendable {
  /// The process.
  public let processID: Int
  /// The thread, as the C library numbers it.
  public let thread: UInt64
  /// The snapshot it holds; nil when it holds none.
  public let transactionID: UInt64?

  /// Reads LMDB's table: a heading, then `pid thread transaction` a line, the thread in hexadecimal.
  static func parse(_ text: String) -> [Reader] {
    text.split(separator: "\n").compactMap { line in
      let fields = line.split(separator: " ")
      guard fields.count == 3, let process = Int(fields[0]), let thread = UInt64(fields[1], radix: 16) else {
        return nil
      }
      return Reader(processID: process, thread: thread, transactionID: UInt64(fields[2]))
    }
  }
}
