import Glibc

/// The calls to the system that the store makes itself, beside LMDB's.
enum FileSystem {
  /// Turns the last failure of the system into an error.
  static func error(_ operation: String, _ path: String, _ number: CInt = errno) -> StoreError {
    // Safety: strerror returns a C string that is copied here.
    let cause = unsafe String(cString: strerror(number))
    switch number {
    case ENOSPC, EDQUOT:
      return StoreError(
        .localIO, .diskFull, operation: operation + " " + path,
        cause: number == ENOSPC ? "the disk is full" : cause,
        hint: "free some space; everything committed is kept")
    case ENOMEM:
      return StoreError(.localIO, .memory, operation: operation + " " + path, cause: cause)
    default:
      return StoreError(
        .localIO, .inputOutput, operation: operation + " " + path, cause: cause,
        hint: number == EACCES || number == EROFS ? "check owner and permissions of the store" : nil)
    }
  }

  /// Whether the file system of `path` is as good as full.
  static func isFull(_ path: String) -> Bool {
    var status = statvfs()
    // Safety: the structure is filled by the call.
    guard unsafe statvfs(path, &status) == 0 else { return false }
    return UInt64(status.f_bavail) * UInt64(status.f_frsize) < 1 << 20
  }

  /// The length of a file; nil when there is none.
  static func size(_ path: String) -> UInt64? {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return nil }
    return UInt64(clamping: status.st_size)
  }

  static func exists(_ path: String) -> Bool {
    var status = stat()
    return unsafe stat(path, &status) == 0
  }

  static func isDirectory(_ path: String) -> Bool {
    var status = stat()
    return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// Whether this process may write the file.
  static func mayWrite(_ path: String) -> Bool { unsafe access(path, W_OK) == 0 }

  /// Reads at most `limit` bytes from the start of a file; nil when there is none, also where a folder of its path is none.
  static func read(_ path: String, limit: Int) throws(StoreError) -> [UInt8]? {
    let file = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else {
      if errno == ENOENT || errno == ENOTDIR { return nil }
      throw error("open", path)
    }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: limit)
    var count = 0
    while count < limit {
      // Safety: the buffer has `limit` bytes; at most the rest of them is written.
      let read = unsafe bytes.withUnsafeMutableBytes { buffer in
        unsafe pread(file, buffer.baseAddress?.advanced(by: count), limit - count, off_t(count))
      }
      if read < 0 && errno == EINTR { continue }
      guard read >= 0 else { throw error("read", path) }
      if read == 0 { break }
      count += read
    }
    bytes.removeLast(limit - count)
    return bytes
  }

  /// Writes a whole small file in place of an older one: written aside, flushed, renamed, the directory flushed.
  static func replace(_ path: String, with bytes: [UInt8], directory: String) throws(StoreError) {
    let aside = path + ".tmp"
    let file = unsafe Glibc.open(aside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard file >= 0 else { throw error("create", aside) }
    do throws(StoreError) {
      try write(bytes, to: file, at: 0, path: aside)
      guard fsync(file) == 0 else { throw error("flush", aside) }
    } catch {
      close(file)
      throw error
    }
    close(file)
    try rename(aside, to: path)
    try flushDirectory(directory)
  }

  static func write(_ bytes: [UInt8], to file: CInt, at offset: Int, path: String) throws(StoreError) {
    var done = 0
    while done < bytes.count {
      // Safety: the buffer has as many bytes as the array.
      let written = unsafe bytes.withUnsafeBytes { buffer in
        unsafe pwrite(file, buffer.baseAddress?.advanced(by: done), bytes.count - done, off_t(offset + done))
      }
      if written < 0 && errno == EINTR { continue }
      guard written > 0 else { throw error("write", path) }
      done += written
    }
  }

  static func rename(_ path: String, to destination: String) throws(StoreError) {
    guard unsafe Glibc.rename(path, destination) == 0 else { throw error("rename", path) }
  }

  /// Removes a file; one that is not there is as good.
  static func remove(_ path: String) throws(StoreError) {
    guard unsafe unlink(path) == 0 || errno == ENOENT else { throw error("remove", path) }
  }

  static func removeDirectory(_ path: String) throws(StoreError) {
    guard unsafe rmdir(path) == 0 || errno == ENOENT else { throw error("remove", path) }
  }

  static func makeDirectory(_ path: String) throws(StoreError) {
    guard unsafe mkdir(path, 0o755) == 0 || errno == EEXIST else { throw error("create", path) }
  }

  /// Makes names in a directory durable. Counterpart: `fsync` of the directory.
  static func flushDirectory(_ path: String) throws(StoreError) {
    let file = unsafe Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard file >= 0 else { throw error("open", path) }
    defer { close(file) }
    guard fsync(file) == 0 else { throw error("flush", path) }
  }

  /// Lengthens a file with zeros; never cuts it.
  static func extend(_ path: String, to length: UInt64) throws(StoreError) {
    guard let now = size(path), now < length else { return }
    guard unsafe truncate(path, off_t(length)) == 0 else { throw error("extend", path) }
  }

  /// The names in a directory.
  static func names(in path: String) throws(StoreError) -> [String] {
    guard let directory = unsafe opendir(path) else { throw error("list", path) }
    defer { unsafe closedir(directory) }
    var names: [String] = []
    while let entry = unsafe readdir(directory) {
      // Safety: the entry lives until the next readdir; its name ends in a zero byte.
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { name in
        unsafe name.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names
  }
}
