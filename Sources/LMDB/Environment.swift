import CLMDB
import Glibc
import Threads

/// An LMDB environment: one directory with `data.mdb` and `lock.mdb`, shared by all threads of the process.
///
/// Three rules. Access goes through `read` and `write`, whose bodies run at once, on the calling thread. What a body is
/// handed lives until that body returns. One environment per directory and process: a second `open` throws `alreadyOpen`.
/// Not for network file systems, not across `fork`. Counterpart: `MDB_env`.
@safe
public final class Environment: Sendable {
  /// The directory as given to `open`.
  public let path: String
  /// The data file, as it was when opened; another one at the same path means that the file was replaced.
  public let fileIdentity: FileIdentity
  /// The options it was opened with; `mapBytes` is what was obtained.
  public let options: EnvironmentOptions

  /// The name of the data file in the directory.
  public static let dataFile = "data.mdb"

  /// The name of the lock file in the directory.
  public static let lockFile = "lock.mdb"

  /// Whether another file, or none, lies now at the path of the data file or of the lock file.
  ///
  /// This environment goes on showing the old data, and with another lock file no later commit: others note theirs there.
  public var isReplaced: Bool {
    FileIdentity(path: path + "/" + Self.dataFile) != fileIdentity
      || (lockIdentity != nil && FileIdentity(path: path + "/" + Self.lockFile) != lockIdentity)
  }

  // Safety: valid from open to close; LMDB allows all calls made here from any thread, `gate` keeps the others alone.
  nonisolated(unsafe) let handle: OpaquePointer
  let gate = TransactionGate()
  let number: Int
  /// The lock file as it was when opened; nil without one.
  private let lockIdentity: FileIdentity?
  private let registered: FileIdentity?
  private let isClosed = Lock(false)
  private static let opened = Lock(0)

  private init(
    handle: OpaquePointer, path: String, options: EnvironmentOptions, lock: FileIdentity?, registered: FileIdentity?
  ) {
    unsafe self.handle = handle
    self.path = path
    self.options = options
    lockIdentity = lock
    self.registered = registered
    var descriptor: mdb_filehandle_t = -1
    unsafe mdb_env_get_fd(handle, &descriptor)
    guard let identity = FileIdentity(descriptor: descriptor) else {
      preconditionFailure("the data file of an open environment has no identity")
    }
    fileIdentity = identity
    number = Self.opened.withLock { opened in
      opened += 1
      return opened
    }
  }

  /// Opens the environment in the directory at `path`, which must exist; creates the files unless reading only.
  ///
  /// Reader slots that dead processes left behind are freed. Check a file of unknown health with `MetaPages.inspect`
  /// first: LMDB trusts what it maps.
  /// Throws `alreadyOpen`, `noSuchFile`, `accessDenied`, `readOnlyFileSystem`, `invalid`, `versionMismatch`,
  /// `outOfMemory` when not even `smallestMapBytes` fit, or another `errno`. Counterpart: `mdb_env_open`.
  public static func open(path: String, options: EnvironmentOptions = .init()) throws(LMDBError) -> Environment {
    var options = options
    let lockPath = options.noLock ? nil : path + "/" + lockFile
    let (handle, lock, registered) = try unsafe OpenFiles.register(
      lock: lockPath, data: path + "/" + dataFile, subject: path
    ) { () throws(LMDBError) in
      while true {
        do throws(LMDBError) {
          return try unsafe openOnce(path: path, options: options)
        } catch  where error.code == .outOfMemory && options.mapBytes / 2 >= options.smallestMapBytes {
          options.mapBytes /= 2
        }
      }
    }
    let environment = unsafe Environment(
      handle: handle, path: path, options: options, lock: lock, registered: registered)
    try environment.freeStaleReaders()
    return environment
  }

  private static func openOnce(path: String, options: EnvironmentOptions) throws(LMDBError) -> OpaquePointer {
    var created: OpaquePointer?
    try check(unsafe mdb_env_create(&created), .open, subject: path)
    guard let handle = unsafe created else { throw LMDBError(.outOfMemory, .open, subject: path) }
    // NOTLS: a reader belongs to its transaction, not to its thread. Never WRITEMAP, NOSYNC or NOMETASYNC.
    var flags = UInt32(MDB_NOTLS)
    if options.isReadOnly { flags |= UInt32(MDB_RDONLY) }
    if options.noLock { flags |= UInt32(MDB_NOLOCK) }
    unsafe DamageTrap.watch(handle)
    do throws(LMDBError) {
      try check(unsafe mdb_env_set_mapsize(handle, max(options.mapBytes, 0)), .open, subject: path)
      try check(unsafe mdb_env_set_maxdbs(handle, MDB_dbi(clamping: options.maxDatabases)), .open, subject: path)
      try check(unsafe mdb_env_set_maxreaders(handle, UInt32(clamping: options.maxReaders)), .open, subject: path)
      try check(unsafe mdb_env_open(handle, path, flags, options.mode), .open, subject: path)
    } catch {
      // Safety: after a failed open the handle must be closed, and is used no more.
      unsafe mdb_env_close(handle)
      throw error
    }
    return unsafe handle
  }

  /// Waits until all transactions have ended and closes the files; everything later throws `closed`.
  ///
  /// Without it the environment closes with its last reference. Traps when this thread has a transaction open.
  /// Counterpart: `mdb_env_close`.
  public func close() {
    try? gate.alone(.open, closing: true) { () throws(LMDBError) in closeFiles() }
  }

  deinit { closeFiles() }

  private func closeFiles() {
    isClosed.withLock { isClosed in
      guard !isClosed else { return }
      isClosed = true
      // Safety: nobody is inside: the gate was entered alone, or no reference is left.
      unsafe mdb_env_close(handle)
      OpenFiles.forget(registered)
    }
  }
}
