import CZlib

/// Writes tar archives block by block, right or deliberately wrong.
struct ArchiveBuilder {
  var bytes: [UInt8] = []

  /// Adds one header and, padded, its data; every field can be spelled wrong on purpose.
  mutating func add(
    _ path: String, _ data: [UInt8] = [], type: Character = "0", size: [UInt8]? = nil, magic: String = "ustar\0" + "00",
    prefix: String = "", edit: (inout [UInt8]) -> Void = { _ in }, breakChecksum: Bool = false
  ) {
    var header = [UInt8](repeating: 0, count: 512)
    func put(_ text: [UInt8], at offset: Int) {
      for (index, byte) in text.enumerated() { header[offset + index] = byte }
    }
    put(Array(path.utf8), at: 0)
    put(Array("0000644\0".utf8), at: 100)
    put(size ?? Self.octal(data.count), at: 124)
    put(Self.octal(0), at: 136)
    header[156] = type.asciiValue ?? 0
    put(Array(magic.utf8), at: 257)
    put(Array(prefix.utf8), at: 345)
    edit(&header)
    put([UInt8](repeating: UInt8(ascii: " "), count: 8), at: 148)
    let sum = header.reduce(0) { $0 + Int($1) } + (breakChecksum ? 1 : 0)
    put(Array(Self.octal(sum).dropFirst(5)), at: 148)
    bytes += header
    addPadded(data)
  }

  /// Adds a pax extended header (`x`, or `g` for a global one).
  mutating func addPax(_ records: [(String, String)], type: Character = "x") {
    add("PaxHeaders/x", records.flatMap { Self.paxRecord($0, Array($1.utf8)) }, type: type)
  }

  /// Adds a GNU long name.
  mutating func addLongName(_ name: String) {
    add("././@LongLink", Array(name.utf8) + [0], type: "L", magic: "ustar  \0")
  }

  mutating func addPadded(_ data: [UInt8]) {
    bytes += data
    bytes += [UInt8](repeating: 0, count: -data.count & 511)
  }

  /// The archive with its end: two blocks of zeros.
  func ended() -> [UInt8] { bytes + [UInt8](repeating: 0, count: 1024) }

  /// An 11-digit octal field with its NUL.
  static func octal(_ value: Int) -> [UInt8] {
    let digits = Array(String(value, radix: 8).utf8)
    return [UInt8](repeating: UInt8(ascii: "0"), count: max(0, 11 - digits.count)) + digits + [0]
  }

  /// A 12-byte base-256 field of a two's complement number.
  static func base256(_ value: Int64) -> [UInt8] {
    let fill: UInt8 = value < 0 ? 0xff : 0
    let low = (0..<8).map { UInt8(truncatingIfNeeded: value >> (56 - 8 * $0)) }
    return [fill | 0x80, fill, fill, fill] + low
  }

  static func paxRecord(_ key: String, _ value: [UInt8]) -> [UInt8] {
    let body = [UInt8(ascii: " ")] + Array(key.utf8) + [UInt8(ascii: "=")] + value + [UInt8(ascii: "\n")]
    var length = body.count
    while String(length).utf8.count + body.count != length { length = String(length).utf8.count + body.count }
    return Array(String(length).utf8) + body
  }
}

/// Compresses to one gzip member.
func gzip(_ data: [UInt8], level: CInt = 6) -> [UInt8] {
  var stream = unsafe z_stream()
  var input = data
  precondition(unsafe czlib_deflate_init_gzip(&stream, level) == Z_OK)
  var output = [UInt8](repeating: 0, count: Int(unsafe deflateBound(&stream, uLong(data.count))) + 64)
  // Safety: zlib is told the sizes of both arrays, and the stream neither moves nor outlives this call.
  let status = unsafe input.withUnsafeMutableBufferPointer { input in
    unsafe output.withUnsafeMutableBufferPointer { output in
      unsafe stream.next_in = input.baseAddress
      unsafe stream.avail_in = UInt32(input.count)
      unsafe stream.next_out = output.baseAddress
      unsafe stream.avail_out = UInt32(output.count)
      return unsafe deflate(&stream, Z_FINISH)
    }
  }
  precondition(status == Z_STREAM_END)
  output.removeLast(Int(unsafe stream.avail_out))
  unsafe deflateEnd(&stream)
  return output
}
