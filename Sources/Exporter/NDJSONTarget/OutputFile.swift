import Glibc

/// One file (or standard output) that lines are appended to, through a small buffer. Counterpart: POSIX `open`, `write`.
///
/// Errors are `ExportError` of kind `localIO`; a reader that has gone is `.readerGone`.
final class OutputFile {
  private let descriptor: CInt
  private let isOwned: Bool
  private var buffer: [UInt8] = []
  /// What is at work when a terminal shows the bytes.
  private var escapes: TerminalEscapes?
  /// How many bytes were written, the buffer included, counted from the file's start.
  private(set) var offset: UInt64 = 0

  static let bufferBytes = 64 << 10

  /// Whether there is something at `path`, readable or not.
  static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 || errno != ENOENT }

  /// Whether `path` is something that a database cannot be in, such as a pipe, which to open would wait for.
  static func isSpecial(_ path: String) -> Bool {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return false }
    return ![S_IFREG, S_IFDIR].contains(status.st_mode & S_IFMT)
  }

  /// Opens `path` for reading and writing; with `isReadOnly` for reading alone.
  init(path: String, isReadOnly: Bool = false) throws(ExportError) {
    // Not blocking: to open a pipe would wait for its other end. Of regular files it means nothing.
    let flags = O_CLOEXEC | O_NONBLOCK | (isReadOnly ? O_RDONLY : O_RDWR | O_CREAT)
    let isNew = unsafe access(path, F_OK) != 0
    descriptor = unsafe Glibc.open(path, flags, 0o666)
    isOwned = true
    guard descriptor >= 0 else { throw Self.failure("open the target file") }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw ExportError(
        .targetFailed, .foreignFile, operation: "open the target file", cause: "it is no regular file",
        hint: "use ndjson:- and send standard output there")
    }
    if isNew, !isReadOnly { try Self.syncFolder(of: path) }
  }

  /// Writes to standard output.
  init() {
    descriptor = STDOUT_FILENO
    isOwned = false
    if isatty(STDOUT_FILENO) == 1 { escapes = TerminalEscapes() }
  }

  deinit { if isOwned { Glibc.close(descriptor) } }

  /// Takes the file's lock if nobody holds it. Counterpart: `flock`.
  func tryLock() throws(ExportError) -> Bool {
    if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return true }
    guard errno == EWOULDBLOCK || errno == EINTR else { throw Self.failure("lock the target file") }
    return false
  }

  /// The file's length, in bytes.
  var length: UInt64 {
    get throws(ExportError) {
      var status = stat()
      guard unsafe fstat(descriptor, &status) == 0 else { throw Self.failure("look at the target file") }
      return UInt64(clamping: status.st_size)
    }
  }

  /// Cuts the file and goes on there; what is in the buffer is dropped.
  func cut(to length: UInt64) throws(ExportError) {
    buffer.removeAll(keepingCapacity: true)
    guard ftruncate(descriptor, off_t(clamping: length)) == 0,
      lseek(descriptor, off_t(clamping: length), SEEK_SET) >= 0
    else { throw Self.failure("cut the target file") }
    offset = length
  }

  /// Adds bytes.
  func append(_ bytes: [UInt8]) throws(ExportError) {
    if escapes == nil { buffer.append(contentsOf: bytes) } else { escapes?.append(bytes, to: &buffer) }
    offset += UInt64(bytes.count)
    if buffer.count >= Self.bufferBytes { try flush() }
  }

  /// Hands everything to the system.
  func flush() throws(ExportError) {
    var from = 0
    while from < buffer.count {
      // Safety: the array lives during the call and holds `count - from` bytes from there.
      let count = unsafe buffer.withUnsafeBytes { bytes in
        unsafe write(descriptor, bytes.baseAddress! + from, bytes.count - from)
      }
      if count < 0 {
        if errno == EINTR { continue }
        if errno == EAGAIN {
          var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
          _ = unsafe poll(&request, 1, 200)
          continue
        }
        throw Self.failure("write the target file")
      }
      from += count
    }
    buffer.removeAll(keepingCapacity: true)
  }

  /// Makes everything durable, where there is something to make durable.
  func sync() throws(ExportError) {
    try flush()
    // A pipe or a terminal answers EINVAL: there is nothing to do for those.
    guard fsync(descriptor) == 0 || errno == EINVAL || errno == EROFS else {
      throw Self.failure("sync the target file")
    }
  }

  /// Reads at most `count` bytes at `position`, replacing what `bytes` holds; fewer only at the end.
  func read(into bytes: inout [UInt8], count: Int, at position: UInt64) throws(ExportError) {
    if bytes.count != count { bytes = [UInt8](repeating: 0, count: count) }
    var filled = 0
    while filled < count {
      // Safety: the array has room for `count` bytes and is not resized during the call.
      let got = unsafe bytes.withUnsafeMutableBytes { buffer in
        unsafe pread(
          descriptor, buffer.baseAddress! + filled, count - filled, off_t(clamping: position) + off_t(filled))
      }
      if got < 0, errno == EINTR { continue }
      guard got >= 0 else { throw Self.failure("read the target file") }
      if got == 0 { break }
      filled += got
    }
    bytes.removeLast(count - filled)
  }

  /// Makes a new file's name durable.
  private static func syncFolder(of path: String) throws(ExportError) {
    let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    let descriptor = unsafe Glibc.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure("sync the target's folder") }
    defer { Glibc.close(descriptor) }
    guard fsync(descriptor) == 0 || errno == EINVAL else { throw failure("sync the target's folder") }
  }

  private static func failure(_ operation: String) -> ExportError {
    let number = errno
    let cause = unsafe String(cString: strerror(number))
    switch number {
    case EPIPE:
      return ExportError(.localIO, .readerGone, operation: operation, cause: cause)
    case ENOSPC, EDQUOT, EFBIG:
      return ExportError(
        .localIO, .diskFull, operation: operation, cause: cause, hint: "make room, then run again")
    default:
      return ExportError(
        .localIO, .inputOutput, operation: operation, cause: cause, hint: "check the file, its folder and the disk")
    }
  }
}
