import Glibc
import Threads

/// A file held open for its lock. The lock is the process's as long as the object lives. Counterpart: `flock`.
final class LockFile: Sendable {
  let path: String
  private let descriptor: Lock<CInt>

  private init(path: String, descriptor: CInt) {
    self.path = path
    self.descriptor = Lock(descriptor)
  }

  /// Opens the file; nil when there is none and `create` is false.
  static func open(_ path: String, create: Bool = false, writing: Bool = false) throws(StoreError) -> LockFile? {
    let flags = (writing || create ? O_RDWR : O_RDONLY) | (create ? O_CREAT : 0) | O_CLOEXEC
    let file = unsafe Glibc.open(path, flags, 0o644)
    guard file >= 0 else {
      if errno == ENOENT && !create { return nil }
      throw FileSystem.error("open", path)
    }
    return LockFile(path: path, descriptor: file)
  }

  /// Takes the lock, sharing it with others or alone; returns false when `waiting` is false and someone is in the way.
  func take(exclusive: Bool, waiting: Bool) throws(StoreError) -> Bool {
    let operation = (exclusive ? LOCK_EX : LOCK_SH) | (waiting ? 0 : LOCK_NB)
    while true {
      // The descriptor is copied out: a lock that waits must not keep others from asking.
      if flock(descriptor.withLock { $0 }, operation) == 0 { return true }
      switch errno {
      case EINTR: continue
      case EWOULDBLOCK: return false
      default: throw FileSystem.error("lock", path)
      }
    }
  }

  /// Gives the lock back and keeps the file open.
  func release() { _ = flock(descriptor.withLock { $0 }, LOCK_UN) }

  /// Replaces the file's content, unflushed.
  func write(_ text: String) throws(StoreError) {
    let file = descriptor.withLock { $0 }
    guard ftruncate(file, 0) == 0 else { throw FileSystem.error("write", path) }
    try FileSystem.write(Array(text.utf8), to: file, at: 0, path: path)
  }

  /// Writes bytes at the start of the file, unflushed.
  func overwrite(_ bytes: [UInt8]) throws(StoreError) {
    try FileSystem.write(bytes, to: descriptor.withLock { $0 }, at: 0, path: path)
  }

  /// Flushes the file to disk.
  func flush() throws(StoreError) {
    guard fsync(descriptor.withLock { $0 }) == 0 else { throw FileSystem.error("flush", path) }
  }

  deinit {
    // A child process between fork and exec holds the file open too: given back, not just closed.
    release()
    Glibc.close(descriptor.withLock { $0 })
  }
}
