import CZlib

/// A running CRC-32 (the one of gzip and PNG, ISO 3309). Counterpart: zlib's `crc32_z`.
public struct CRC32: Sendable {
  /// The CRC of everything added so far; 0 of nothing.
  public private(set) var value: UInt32 = 0

  /// Starts an empty checksum.
  public init() {}

  /// Adds bytes.
  public mutating func update(_ bytes: Span<UInt8>) {
    guard bytes.count > 0 else { return }
    // Safety: the pointer is used inside the closure only, for as many bytes as the span has.
    let next = unsafe bytes.withUnsafeBufferPointer { buffer in
      unsafe crc32_z(uLong(value), buffer.baseAddress, buffer.count)
    }
    value = UInt32(truncatingIfNeeded: next)
  }
}
