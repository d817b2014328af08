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
    value = unsafe bytes.withUnsafeBufferPointer { buffer in
      unsafe czlib_crc32(value, buffer.baseAddress, buffer.count, Self.canFold)
    }
  }

  /// Whether the processor helps; asked once.
  private static let canFold = czlib_can_fold()
}
