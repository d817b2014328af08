import Digest
import WheelModel

/// Builds the body of a record: fields of a tag byte, a varint length and so many bytes.
///
/// Room for the seal stands before the body from the start, so that sealing copies nothing.
struct RecordWriter {
  private(set) var bytes = [UInt8](repeating: 0, count: Seal.byteCount)

  init(capacity: Int = 0) {
    if capacity > 0 { bytes.reserveCapacity(capacity + Seal.byteCount) }
  }

  /// Takes a body as it is.
  init(body: [UInt8]) { bytes += body }

  /// The body alone.
  var body: [UInt8] { Array(bytes[Seal.byteCount...]) }

  mutating func append(_ tag: UInt8, bytes value: Span<UInt8>) {
    bytes.append(tag)
    Varint.append(UInt64(value.count), to: &bytes)
    bytes.append(copying: value)
  }

  mutating func append(_ tag: UInt8, _ value: [UInt8]) { append(tag, bytes: value.span) }

  mutating func append(_ tag: UInt8, _ value: UInt64) {
    bytes.append(tag)
    bytes.append(UInt8(Varint.size(value)))
    Varint.append(value, to: &bytes)
  }

  mutating func append(_ tag: UInt8, signed value: Int64) {
    append(tag, UInt64(bitPattern: value << 1 ^ value >> 63))
  }

  mutating func append(_ tag: UInt8, _ value: String?) {
    guard var value else { return }
    bytes.append(tag)
    value.withUTF8 { utf8 in
      Varint.append(UInt64(utf8.count), to: &bytes)
      unsafe bytes.append(contentsOf: utf8)
    }
  }

  mutating func append(_ tag: UInt8, _ value: Text?) { append(tag, value?.string) }

  mutating func append(_ tag: UInt8, _ value: Timestamp?) {
    if let value { append(tag, signed: value.milliseconds) }
  }

  mutating func append(_ tag: UInt8, _ value: SHA256Digest?) {
    if let value { append(tag, value.bytes) }
  }

  /// Fills in the seal and returns the whole value.
  consuming func sealed(for table: Table, key: [UInt8]) -> [UInt8] {
    Seal.fill(&bytes, table: table, key: key.span)
    return bytes
  }
}
