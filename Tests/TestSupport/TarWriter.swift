import CZlib

/// Writes tar archives in memory, member by member: legal ones, and by `addRaw` any other.
public struct TarWriter: Sendable {
  /// The archive so far, without its end.
  public private(set) var bytes: [UInt8] = []

  /// What a member is: the type flag of its header.
  public enum Kind: Sendable {
    /// A regular file.
    case file
    /// A directory.
    case directory
    /// A symbolic link to this path.
    case symbolicLink(String)
    /// A hard link to this member.
    case hardLink(String)
    /// A device, pipe or other kind by its type flag.
    case other(UInt8)

    var flag: UInt8 {
      switch self {
      case .file: UInt8(ascii: "0")
      case .hardLink: UInt8(ascii: "1")
      case .symbolicLink: UInt8(ascii: "2")
      case .directory: UInt8(ascii: "5")
      case .other(let flag): flag
      }
    }

    var target: String {
      switch self {
      case .symbolicLink(let target), .hardLink(let target): target
      default: ""
      }
    }
  }

  /// Starts an empty archive.
  public init() {}

  /// Adds a member. A path over 100 bytes goes into a GNU long-name record.
  public mutating func add(_ path: String, _ content: [UInt8] = [], kind: Kind = .file) {
    if path.utf8.count > 100 { addRecord("././@LongLink", Array(path.utf8) + [0], flag: UInt8(ascii: "L")) }
    addRecord(path, content, flag: kind.flag, target: kind.target)
  }

  /// Adds a member with text content.
  public mutating func add(_ path: String, text: String) { add(path, Array(text.utf8)) }

  /// Adds a pax header for the member that follows: its keywords and values.
  public mutating func addPax(_ records: [(key: String, value: String)]) {
    var content: [UInt8] = []
    for record in records {
      let rest = " \(record.key)=\(record.value)\n"
      var length = rest.utf8.count + 1
      while "\(length)".utf8.count + rest.utf8.count != length { length = "\(length)".utf8.count + rest.utf8.count }
      content += Array("\(length)\(rest)".utf8)
    }
    addRecord("PaxHeaders/member", content, flag: UInt8(ascii: "x"))
  }

  /// Adds a record with any type flag; `sizeField` replaces the 12 bytes of its size.
  public mutating func addRecord(
    _ path: String, _ content: [UInt8], flag: UInt8, target: String = "", sizeField: [UInt8]? = nil
  ) {
    var header = [UInt8](repeating: 0, count: 512)
    func octal(_ value: Int, _ digits: Int) -> [UInt8] {
      let text = Array(String(value, radix: 8).utf8)
      return [UInt8](repeating: UInt8(ascii: "0"), count: max(digits - text.count, 0)) + text + [0]
    }
    func put(_ field: [UInt8], at offset: Int) { header.replaceSubrange(offset..<offset + field.count, with: field) }
    put(Array(path.utf8.prefix(100)), at: 0)
    put(octal(flag == UInt8(ascii: "5") ? 0o755 : 0o644, 7), at: 100)
    put(octal(0, 7), at: 108)
    put(octal(0, 7), at: 116)
    put(sizeField ?? octal(content.count, 11), at: 124)
    put(octal(1_767_225_600, 11), at: 136)
    put([UInt8](repeating: 32, count: 8), at: 148)
    header[156] = flag
    put(Array(target.utf8.prefix(100)), at: 157)
    put(Array("ustar\u{0}00".utf8), at: 257)
    put(octal(header.reduce(0) { $0 + Int($1) }, 6), at: 148)
    bytes += header
    bytes += content
    bytes += [UInt8](repeating: 0, count: (512 - content.count % 512) % 512)
  }

  /// Adds bytes as they are.
  public mutating func addRaw(_ raw: [UInt8]) { bytes += raw }

  /// Returns the archive with its end: two blocks of zeros.
  public func finished() -> [UInt8] { bytes + [UInt8](repeating: 0, count: 1024) }

  /// Returns the archive with its end, as one gzip member.
  public func gzipped(level: Int = 1) -> [UInt8] { Gzip.compress(finished(), level: level) }
}

/// Compression with gzip. Counterpart: zlib's `deflateInit2` with 31 window bits (RFC 1952).
public enum Gzip {
  /// Returns bytes as one gzip member.
  public static func compress(_ bytes: [UInt8], level: Int = 1) -> [UInt8] {
    var stream = unsafe z_stream()
    let size = unsafe CInt(MemoryLayout<z_stream>.size)
    let status = unsafe deflateInit2_(&stream, CInt(level), Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, size)
    precondition(status == Z_OK, "zlib cannot compress (\(status))")
    defer { unsafe deflateEnd(&stream) }
    var input = bytes
    var output = [UInt8](repeating: 0, count: unsafe Int(deflateBound(&stream, uLong(bytes.count))) + 64)
    let capacity = output.count
    // Safety: both buffers outlive the one call that fills the output, which the bound makes large enough.
    unsafe input.withUnsafeMutableBufferPointer { input in
      unsafe output.withUnsafeMutableBufferPointer { output in
        unsafe stream.next_in = input.baseAddress
        unsafe stream.avail_in = uInt(input.count)
        unsafe stream.next_out = output.baseAddress
        unsafe stream.avail_out = uInt(output.count)
        let status = unsafe deflate(&stream, Z_FINISH)
        precondition(status == Z_STREAM_END, "zlib stops early (\(status))")
      }
    }
    return unsafe Array(output[..<(capacity - Int(stream.avail_out))])
  }
}
