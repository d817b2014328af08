import Digest

/// What every value begins with: the version of its form, then a CRC-32 over database name, 0, key and body.
enum Seal {
  /// The version this program writes, and the only one it reads.
  static let version: UInt8 = 1
  /// The version byte and the checksum.
  static let byteCount = 5

  /// Writes the seal into the first bytes of a value whose body is in place.
  static func fill(_ value: inout [UInt8], table: Table, key: Span<UInt8>) {
    let crc = checksum(table: table, key: key, body: value.span.extracting(byteCount...))
    value[0] = version
    for index in 0..<4 { value[1 + index] = UInt8(truncatingIfNeeded: crc >> UInt32(8 * index)) }
  }

  /// Throws `damaged` unless the value is what was written under this key of this database.
  static func check(_ value: Span<UInt8>, table: Table, key: Span<UInt8>) throws(StoreError) {
    guard value.count >= byteCount else { throw .damaged(table.name, key, "the value is cut") }
    guard value[0] == version else {
      throw .damaged(table.name, key, "a value of version \(value[0]), not \(version)")
    }
    let body = value.extracting(byteCount...)
    guard Fixed.littleEndian(value, at: 1, as: UInt32.self) == checksum(table: table, key: key, body: body) else {
      throw .damaged(table.name, key, "the checksum does not match")
    }
  }

  private static func checksum(table: Table, key: Span<UInt8>, body: Span<UInt8>) -> UInt32 {
    var crc = table.checksum
    crc.update(key)
    crc.update(body)
    return crc.value
  }
}

extension StoreError {
  /// A record that is not what was written.
  static func damaged(_ database: String, _ key: Span<UInt8>, _ cause: String) -> StoreError {
    StoreError(
      .unusable, .damaged, operation: "read \(database) \(StoreKey.describe(key))", cause: cause,
      hint: "wheelspool verify, then wheelspool verify --repair")
  }
}
