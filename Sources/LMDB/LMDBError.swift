import CLMDB
import Glibc

/// What an LMDB call, or a check of ours before it, refused.
public struct LMDBError: Error, Equatable, Sendable {
  /// A reason: LMDB's own numbers, the system's `errno`, or one of ours.
  ///
  /// Unknown numbers survive, so compare with the members and keep a default.
  public struct Code: RawRepresentable, Hashable, Sendable {
    /// The number as LMDB or the system gave it.
    public let rawValue: CInt

    /// Takes a number as it is.
    public init(rawValue: CInt) { self.rawValue = rawValue }
  }

  /// What was being done.
  public struct Operation: RawRepresentable, Hashable, Sendable {
    /// The words for a message, such as `open the environment`.
    public let rawValue: String

    /// Takes words as they are.
    public init(rawValue: String) { self.rawValue = rawValue }
  }

  /// Why it failed.
  public let code: Code
  /// What was being done.
  public let operation: Operation
  /// The file or database it was done to, where that helps; never a key or a value.
  public let subject: String?

  /// Makes an error of its parts.
  public init(_ code: Code, _ operation: Operation, subject: String? = nil) {
    self.code = code
    self.operation = operation
    self.subject = subject
  }

  /// The reason in words. Counterpart: `mdb_strerror`.
  public var cause: String {
    switch code {
    case .alreadyOpen: "this process has the same environment open already"
    case .closed: "the environment was closed"
    case .badHeader: "the first two pages are not those of an LMDB 0.9 file"
    // Safety: the function returns a C string that outlives the copy made here.
    default: unsafe String(cString: mdb_strerror(code.rawValue))
    }
  }

  /// What to do next, for the codes where that is known.
  public var hint: String? {
    switch code {
    case .mapFull: "abort, let the map grow with no transaction open, and do the transaction again"
    case .ioError: "a full disk shows as this error too: ask statvfs for free blocks"
    case .readersFull: "raise maxReaders, or end readers that were left behind"
    case .alreadyOpen: "share the one Environment between threads"
    case .outOfMemory: "the limit of the address space may be too low for the map: see ulimit -v"
    default: nil
    }
  }
}

extension LMDBError: CustomStringConvertible {
  /// Operation, subject and cause in one line.
  public var description: String {
    "\(operation.rawValue)\(subject.map { " \($0)" } ?? ""): \(cause) (\(code.rawValue))"
  }
}

extension LMDBError.Code {
  /// The key, or the database, is not there. Counterpart: `MDB_NOTFOUND`.
  public static let notFound = Self(rawValue: MDB_NOTFOUND)
  /// The key is there already, or an appended key is not the highest. Counterpart: `MDB_KEYEXIST`.
  public static let keyExists = Self(rawValue: MDB_KEYEXIST)
  /// The map has no room for another page. Counterpart: `MDB_MAP_FULL`.
  public static let mapFull = Self(rawValue: MDB_MAP_FULL)
  /// The map grew by the hand of another process. Counterpart: `MDB_MAP_RESIZED`.
  public static let mapResized = Self(rawValue: MDB_MAP_RESIZED)
  /// All reader slots are taken. Counterpart: `MDB_READERS_FULL`.
  public static let readersFull = Self(rawValue: MDB_READERS_FULL)
  /// The transaction holds more dirty pages than LMDB can count. Counterpart: `MDB_TXN_FULL`.
  public static let transactionFull = Self(rawValue: MDB_TXN_FULL)
  /// An earlier call of the transaction failed: it can only be aborted. Counterpart: `MDB_BAD_TXN`.
  public static let badTransaction = Self(rawValue: MDB_BAD_TXN)
  /// The key is empty or longer than 511 bytes, or the value too long. Counterpart: `MDB_BAD_VALSIZE`.
  public static let badSize = Self(rawValue: MDB_BAD_VALSIZE)
  /// The database was opened in a transaction that did not commit. Counterpart: `MDB_BAD_DBI`.
  public static let badDatabase = Self(rawValue: MDB_BAD_DBI)
  /// More named databases than `maxDatabases`. Counterpart: `MDB_DBS_FULL`.
  public static let databasesFull = Self(rawValue: MDB_DBS_FULL)
  /// A page is of the wrong kind: the file is damaged. Counterpart: `MDB_CORRUPTED`.
  public static let corrupted = Self(rawValue: MDB_CORRUPTED)
  /// A page that should be there is not: the file is damaged. Counterpart: `MDB_PAGE_NOTFOUND`.
  public static let pageNotFound = Self(rawValue: MDB_PAGE_NOTFOUND)
  /// The file is no LMDB file. Counterpart: `MDB_INVALID`.
  public static let invalid = Self(rawValue: MDB_INVALID)
  /// The file was written by another format of LMDB. Counterpart: `MDB_VERSION_MISMATCH`.
  public static let versionMismatch = Self(rawValue: MDB_VERSION_MISMATCH)
  /// A meta page failed to be written: the environment is unusable until opened again. Counterpart: `MDB_PANIC`.
  public static let panic = Self(rawValue: MDB_PANIC)
  /// Reading or writing failed; a full disk shows as this. Counterpart: `EIO`.
  public static let ioError = Self(rawValue: EIO)
  /// No room on the device. Counterpart: `ENOSPC`.
  public static let noSpace = Self(rawValue: ENOSPC)
  /// No memory, or no address space for the map. Counterpart: `ENOMEM`.
  public static let outOfMemory = Self(rawValue: ENOMEM)
  /// Permission is missing, or a write transaction was asked of a read-only environment. Counterpart: `EACCES`.
  public static let accessDenied = Self(rawValue: EACCES)
  /// The file system is read-only. Counterpart: `EROFS`.
  public static let readOnlyFileSystem = Self(rawValue: EROFS)
  /// The directory is not there. Counterpart: `ENOENT`.
  public static let noSuchFile = Self(rawValue: ENOENT)
  /// The file is there already. Counterpart: `EEXIST`.
  public static let fileExists = Self(rawValue: EEXIST)
  /// An argument out of range. Counterpart: `EINVAL`.
  public static let invalidArgument = Self(rawValue: EINVAL)
  /// This process has the environment open already: a second opening would break the locks of the first.
  public static let alreadyOpen = Self(rawValue: -40_001)
  /// The environment was closed by `close()`.
  public static let closed = Self(rawValue: -40_002)
  /// `MetaPages.inspect` found no pair of pages that LMDB could open safely.
  public static let badHeader = Self(rawValue: -40_003)
}

extension LMDBError.Operation {
  static let open = Self(rawValue: "open the environment")
  static let openDatabase = Self(rawValue: "open database")
  static let beginRead = Self(rawValue: "begin a read transaction")
  static let beginWrite = Self(rawValue: "begin a write transaction")
  static let commit = Self(rawValue: "commit")
  static let get = Self(rawValue: "read from")
  static let walk = Self(rawValue: "walk")
  static let statistics = Self(rawValue: "count")
  static let put = Self(rawValue: "write to")
  static let delete = Self(rawValue: "delete from")
  static let clear = Self(rawValue: "clear")
  static let grow = Self(rawValue: "grow the map")
  static let copy = Self(rawValue: "copy the environment to")
  static let sync = Self(rawValue: "flush")
  static let readers = Self(rawValue: "look at the readers")
  static let info = Self(rawValue: "ask for the state")
  static let inspect = Self(rawValue: "inspect the meta pages")
}

/// Throws what a call of LMDB returned, unless it is 0.
func check(
  _ status: CInt, _ operation: LMDBError.Operation, subject: @autoclosure () -> String? = nil
) throws(LMDBError) {
  guard status != MDB_SUCCESS else { return }
  throw LMDBError(.init(rawValue: status), operation, subject: subject())
}
