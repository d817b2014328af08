import Glibc

/// Reads files of a few kilobytes, whole.
enum SmallFile {
  /// Returns a file's bytes; nil when there is no such file.
  ///
  /// `check` sees the permissions of the very file that is read. Throws `E_CONFIG_FILE`, or what `check` throws.
  static func read(
    _ path: String, limit: Int, check: (mode_t) throws(ConfigurationError) -> Void = { _ throws(ConfigurationError) in }
  ) throws(ConfigurationError) -> [UInt8]? {
    // A pipe without a writer would be waited for.
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)
    guard descriptor >= 0 else {
      guard errno != ENOENT else { return nil }
      throw failure(path)
    }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { throw failure(path) }
    guard status.st_mode & S_IFMT != S_IFDIR else { throw ConfigurationError(.file, at: path, "is a directory") }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw ConfigurationError(.file, at: path, "is not a regular file")
    }
    try check(status.st_mode)

    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      // Safety: the buffer is alive during the call and as long as the count says.
      let count = unsafe buffer.withUnsafeMutableBytes { unsafe Glibc.read(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw failure(path) }
      guard count > 0 else { return bytes }
      bytes.append(contentsOf: buffer[..<count])
      guard bytes.count <= limit else { throw ConfigurationError(.file, at: path, "is longer than \(limit) bytes") }
    }
  }

  private static func failure(_ path: String) -> ConfigurationError {
    // Safety: strerror returns a text that lives until the next call on this thread; it is copied at once.
    let reason = unsafe String(cString: strerror(errno))
    return ConfigurationError(.file, at: path, "cannot be read: " + reason)
  }
}
