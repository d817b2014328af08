import Glibc

/// A new directory that is removed, with the files in it, when the last reference goes.
final class TemporaryDirectory: Sendable {
  let path: String

  init() {
    var template = Array("/tmp/lmdb-tests-XXXXXX".utf8CString)
    let made = unsafe template.withUnsafeMutableBufferPointer { unsafe mkdtemp($0.baseAddress!) != nil }
    precondition(made, "no temporary directory")
    path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  deinit {
    for name in entries { unsafe unlink(path + "/" + name) }
    unsafe rmdir(path)
  }

  /// The names of the files in it.
  var entries: [String] {
    guard let directory = unsafe opendir(path) else { return [] }
    defer { unsafe closedir(directory) }
    var names: [String] = []
    while let entry = unsafe readdir(directory) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { name in
        unsafe name.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// All bytes of a file in it.
  func bytes(of name: String) -> [UInt8] {
    guard let file = unsafe fopen(path + "/" + name, "r") else { return [] }
    defer { unsafe fclose(file) }
    unsafe fseek(file, 0, SEEK_END)
    let size = unsafe ftell(file)
    unsafe rewind(file)
    return unsafe [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      count = unsafe fread(buffer.baseAddress, 1, size, file)
    }
  }

  func write(_ bytes: [UInt8], to name: String) {
    guard let file = unsafe fopen(path + "/" + name, "w") else { return }
    unsafe fwrite(bytes, 1, bytes.count, file)
    unsafe fclose(file)
  }
}
