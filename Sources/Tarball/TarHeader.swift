/// Reads the fields of one 512-byte header. Source: POSIX.1-1988 ustar, the GNU tar manual ("Basic Tar Format").
struct TarHeader {
  /// The size of a header and the unit of everything in an archive.
  static let blockBytes = 512

  /// The type flag: `0` a file, `x` a pax header, `L` a GNU long name, and so on.
  let type: UInt8

  /// The recorded count of data bytes; nil when the field is blank.
  let size: Int?

  /// Name, preceded by the ustar prefix where there is one.
  let path: [UInt8]

  /// Reads a block of 512 bytes; throws the cause of a refusal as text.
  init(_ block: Span<UInt8>) throws(Refusal) {
    try Self.verifyChecksum(block)
    type = block[156]
    size = try Self.number(block, 124..<136, "size")
    let name = Self.text(block, 0..<100)
    // "ustar" + NUL is POSIX and has a prefix; GNU's "ustar  " keeps times in that place.
    let isPOSIX = Self.text(block, 257..<263) == Array("ustar".utf8) && block[262] == 0
    let prefix = isPOSIX ? Self.text(block, 345..<500) : []
    path = prefix.isEmpty ? name : prefix + [UInt8(ascii: "/")] + name
  }

  /// Says why a header is refused.
  struct Refusal: Error {
    let cause: String
  }

  /// Tells whether a block marks the end: nothing but zeros.
  static func isZero(_ block: Span<UInt8>) -> Bool {
    for index in block.indices where block[index] != 0 { return false }
    return true
  }

  private static func verifyChecksum(_ block: Span<UInt8>) throws(Refusal) {
    let field = 148..<156
    var unsigned = 0
    var signed = 0
    for index in block.indices {
      let byte = field.contains(index) ? UInt8(ascii: " ") : block[index]
      unsigned += Int(byte)
      signed += Int(Int8(bitPattern: byte))
    }
    // Some historic writers summed signed bytes; both readings are accepted by every reader.
    guard let recorded = try number(block, field, "checksum"), recorded == unsigned || recorded == signed else {
      throw Refusal(cause: "the header's checksum is wrong")
    }
  }

  /// Reads octal digits between blanks, or GNU's base-256 form; nil for a field of blanks alone.
  private static func number(_ block: Span<UInt8>, _ range: Range<Int>, _ name: String) throws(Refusal) -> Int? {
    if block[range.lowerBound] & 0x80 != 0 { return try binaryNumber(block, range, name) }
    var index = range.lowerBound
    while index < range.upperBound, block[index] == UInt8(ascii: " ") { index += 1 }
    var value = 0
    var digits = 0
    while index < range.upperBound, case let byte = block[index], (UInt8(ascii: "0")...UInt8(ascii: "7")).contains(byte)
    {
      // At most 12 digits of 3 bits: cannot overflow.
      value = value << 3 | Int(byte - UInt8(ascii: "0"))
      digits += 1
      index += 1
    }
    while index < range.upperBound {
      guard block[index] == 0 || block[index] == UInt8(ascii: " ") else {
        throw Refusal(cause: "the header's \(name) is not an octal number")
      }
      index += 1
    }
    return digits == 0 ? nil : value
  }

  private static func binaryNumber(_ block: Span<UInt8>, _ range: Range<Int>, _ name: String) throws(Refusal) -> Int {
    guard block[range.lowerBound] & 0x40 == 0 else { throw Refusal(cause: "the header's \(name) is negative") }
    var value = Int(block[range.lowerBound] & 0x3f)
    for index in range.dropFirst() {
      guard value <= Int.max >> 8 else { throw Refusal(cause: "the header's \(name) is absurdly large") }
      value = value << 8 | Int(block[index])
    }
    return value
  }

  /// Copies a field up to its first NUL.
  private static func text(_ block: Span<UInt8>, _ range: Range<Int>) -> [UInt8] {
    var bytes: [UInt8] = []
    for index in range {
      guard block[index] != 0 else { break }
      bytes.append(block[index])
    }
    return bytes
  }
}
