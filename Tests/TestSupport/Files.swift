import Glibc

/// Reads and writes whole small files by path.
public enum Files {
  /// The largest file `read` returns, in bytes.
  public static let readLimit = 1 << 30

  /// Returns the content of a file.
  public static func read(_ path: String) throws -> [UInt8] {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw SupportError("read \(path)", errno: errno) }
    defer { close(descriptor) }
    var content: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = unsafe Glibc.read(descriptor, &piece, piece.count)
      guard count >= 0 else { throw SupportError("read \(path)", errno: errno) }
      guard count > 0 else { return content }
      content.append(contentsOf: piece[..<count])
      guard content.count <= readLimit else { throw SupportError("read \(path)", "over \(readLimit) bytes") }
    }
  }

  /// Returns the content of a file as text, invalid UTF-8 repaired.
  public static func readText(_ path: String) throws -> String { String(decoding: try read(path), as: UTF8.self) }

  /// Writes a file anew under a temporary name and renames it, so that no reader sees half of it.
  public static func write(_ content: [UInt8], to path: String, mode: UInt32 = 0o644) throws {
    let temporary = path + ".new"
    let descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
    guard descriptor >= 0 else { throw SupportError("write \(path)", errno: errno) }
    defer { close(descriptor) }
    var done = 0
    while done < content.count {
      // Safety: the pointer is used inside the closure only, within the array.
      let count = unsafe content[done...].withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
      guard count >= 0 else { throw SupportError("write \(path)", errno: errno) }
      done += count
    }
    guard unsafe rename(temporary, path) == 0 else { throw SupportError("rename \(temporary)", errno: errno) }
  }

  /// Writes text as UTF-8.
  public static func write(_ text: String, to path: String, mode: UInt32 = 0o644) throws {
    try write(Array(text.utf8), to: path, mode: mode)
  }

  /// Makes a directory and those above it; one that is there is no error.
  public static func makeDirectory(_ path: String, mode: UInt32 = 0o755) throws {
    var made = path.hasPrefix("/") ? "" : "."
    for part in path.split(separator: "/") {
      made += "/" + part
      if unsafe mkdir(made, mode) != 0, errno != EEXIST { throw SupportError("make \(made)", errno: errno) }
    }
  }

  /// Tells whether something has that path.
  public static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

  /// Returns the size of a file in bytes.
  public static func size(_ path: String) throws -> Int {
    var status = Glibc.stat()
    guard unsafe lstat(path, &status) == 0 else { throw SupportError("size of \(path)", errno: errno) }
    return Int(status.st_size)
  }

  /// Returns the names in a directory, sorted by bytes, without `.` and `..`.
  public static func list(_ path: String) throws -> [String] {
    guard let directory = unsafe opendir(path) else { throw SupportError("list \(path)", errno: errno) }
    defer { unsafe closedir(directory) }
    var names: [String] = []
    while let entry = unsafe readdir(directory) {
      // Safety: d_name is a zero-terminated array inside the entry, valid until the next readdir.
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
  }

  /// Removes a file or a directory with all in it; what is not there is no error. Links are not followed.
  public static func remove(_ path: String) throws {
    var status = Glibc.stat()
    guard unsafe lstat(path, &status) == 0 else { return }
    if status.st_mode & S_IFMT == S_IFDIR {
      for name in try list(path) { try remove(path + "/" + name) }
      guard unsafe rmdir(path) == 0 || errno == ENOENT else { throw SupportError("remove \(path)", errno: errno) }
    } else {
      guard unsafe unlink(path) == 0 || errno == ENOENT else { throw SupportError("remove \(path)", errno: errno) }
    }
  }

  /// Copies a directory with all in it, or one file; links are copied as what they point to.
  public static func copy(_ source: String, to target: String) throws {
    var status = Glibc.stat()
    guard unsafe stat(source, &status) == 0 else { throw SupportError("copy \(source)", errno: errno) }
    if status.st_mode & S_IFMT == S_IFDIR {
      try makeDirectory(target)
      for name in try list(source) { try copy(source + "/" + name, to: target + "/" + name) }
    } else {
      try write(try read(source), to: target, mode: status.st_mode & 0o777)
    }
  }
}
