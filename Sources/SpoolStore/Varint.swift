/// Integers in 1 to 10 bytes: seven bits a byte, lowest first, the top bit set on all but the last (LEB128).
enum Varint {
  static func append(_ value: UInt64, to bytes: inout [UInt8]) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  /// Appends a signed value with its sign in the lowest bit (zigzag).
  static func append(signed value: Int64, to bytes: inout [UInt8]) {
    append(UInt64(bitPattern: value << 1 ^ value >> 63), to: &bytes)
  }

  static func signed(_ value: UInt64) -> Int64 { Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1) }

  /// The number of bytes that `append` adds.
  static func size(_ value: UInt64) -> Int { value == 0 ? 1 : (70 - value.leadingZeroBitCount) / 7 }

  /// Reads at `at` and moves it on; nil, with `at` anywhere, when the bytes end or hold more than 64 bits.
  static func read(_ bytes: Span<UInt8>, _ at: inout Int) -> UInt64? {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while at < bytes.count {
      let byte = bytes[at]
      at += 1
      guard shift < 63 || byte <= 1 else { return nil }
      value |= UInt64(byte & 0x7f) << shift
      if byte & 0x80 == 0 { return value }
      shift += 7
    }
    return nil
  }
}

/// Integers of a fixed width.
enum Fixed {
  static func appendBigEndian<T: FixedWidthInteger>(_ value: T, to bytes: inout [UInt8]) {
    for shift in stride(from: T.bitWidth - 8, through: 0, by: -8) {
      bytes.append(UInt8(truncatingIfNeeded: value >> T(shift)))
    }
  }

  static func appendLittleEndian<T: FixedWidthInteger>(_ value: T, to bytes: inout [UInt8]) {
    appendBigEndian(value.byteSwapped, to: &bytes)
  }

  /// Reads at `at`, most significant byte first; nil when the bytes end.
  static func bigEndian<T: FixedWidthInteger>(_ bytes: Span<UInt8>, at: Int, as type: T.Type = T.self) -> T? {
    guard at >= 0, bytes.count - at >= T.bitWidth / 8 else { return nil }
    var value: T = 0
    for index in at..<at + T.bitWidth / 8 { value = value << 8 | T(truncatingIfNeeded: bytes[index]) }
    return value
  }

  static func littleEndian<T: FixedWidthInteger>(_ bytes: Span<UInt8>, at: Int, as type: T.Type = T.self) -> T? {
    bigEndian(bytes, at: at, as: type)?.byteSwapped
  }
}
