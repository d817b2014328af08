import Glibc
import Threads

/// A file as the kernel knows it, whatever its name: device and inode.
public struct FileIdentity: Hashable, Sendable {
  /// The number of the device.
  public let device: UInt64
  /// The number of the file on it.
  public let inode: UInt64

  /// Looks up the file at `path`; nil when there is none or it cannot be asked. Counterpart: `stat`.
  public init?(path: String) {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return nil }
    self.init(status)
  }

  init?(descriptor: CInt) {
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { return nil }
    self.init(status)
  }

  private init(_ status: stat) {
    device = UInt64(status.st_dev)
    inode = UInt64(status.st_ino)
  }
}

/// The files that environments of this process have open.
///
/// LMDB's locks belong to the process and lie on the lock file: opening one a second time "succeeds", and closing either
/// drops the locks of both. So a second opening is refused here; without a lock file one of the same data file.
enum OpenFiles {
  private static let files = Lock<Set<FileIdentity>>([])

  /// Runs `open` unless the lock file, or where there is none the data file, is open; then notes the one there is.
  ///
  /// Returns what `open` returned, the lock file's identity, and what is to be forgotten when the environment closes.
  static func register<R>(
    lock: String?, data: String, subject: String, open: () throws(LMDBError) -> R
  ) throws(LMDBError) -> (R, lock: FileIdentity?, registered: FileIdentity?) {
    try files.withLock { files throws(LMDBError) in
      let before = lock.flatMap(FileIdentity.init(path:)) ?? FileIdentity(path: data)
      guard before.map({ !files.contains($0) }) ?? true else {
        throw LMDBError(.alreadyOpen, .open, subject: subject)
      }
      let result = try open()
      let lockFile = lock.flatMap(FileIdentity.init(path:))
      let registered = lockFile ?? FileIdentity(path: data)
      if let registered { files.insert(registered) }
      return (result, lockFile, registered)
    }
  }

  static func forget(_ closed: FileIdentity?) {
    files.withLock { files in
      if let closed { files.remove(closed) }
    }
  }
}
