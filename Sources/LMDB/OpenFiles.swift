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
/// LMDB's locks belong to the process: opening one file a second time "succeeds", and closing either drops the locks
/// of both. So a second opening is refused here.
enum OpenFiles {
  private static let files = Lock<Set<FileIdentity>>([])

  /// Runs `open` unless one of the files at `paths` is open, then notes the files that are there afterwards.
  static func register<R>(
    paths: [String], subject: String, open: () throws(LMDBError) -> R
  ) throws(LMDBError) -> (R, Set<FileIdentity>) {
    try files.withLock { files throws(LMDBError) in
      guard files.isDisjoint(with: paths.compactMap(FileIdentity.init(path:))) else {
        throw LMDBError(.alreadyOpen, .open, subject: subject)
      }
      let result = try open()
      let opened = Set(paths.compactMap(FileIdentity.init(path:)))
      files.formUnion(opened)
      return (result, opened)
    }
  }

  static func forget(_ closed: Set<FileIdentity>) {
    files.withLock { $0.subtract(closed) }
  }
}
