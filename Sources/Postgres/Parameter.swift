/// One value of a statement, in the server's binary form, or NULL. Counterpart: `paramValues` with format 1.
///
/// Binary, because the text form ends silently at the first NUL.
public struct Parameter: Sendable, Equatable {
  /// The type's object id; 0 lets the server decide.
  public let type: UInt32
  /// The value's bytes; nil is NULL.
  public let bytes: [UInt8]?

  /// Makes a value of the server's own bytes for `type`.
  public init(type: UInt32, bytes: [UInt8]?) {
    self.type = type
    self.bytes = bytes
  }

  /// Makes a `text`. The server refuses a NUL in it with 22021.
  public static func text(_ string: String?) -> Self {
    Self(type: PostgresType.text, bytes: string.map { Array($0.utf8) })
  }

  /// Makes a `bigint`.
  public static func integer(_ value: Int64?) -> Self {
    Self(type: PostgresType.int8, bytes: value.map { BinaryForm.bigEndian(UInt64(bitPattern: $0)) })
  }

  /// Makes a `boolean`.
  public static func boolean(_ value: Bool?) -> Self {
    Self(type: PostgresType.bool, bytes: value.map { [$0 ? 1 : 0] })
  }

  /// Makes a `timestamptz` of milliseconds since 1970; NULL when the server's calendar does not reach so far.
  public static func timestamp(milliseconds: Int64?) -> Self {
    Self(type: PostgresType.timestamptz, bytes: milliseconds.flatMap(BinaryForm.timestamp))
  }

  /// Makes a `text[]`.
  public static func textArray(_ values: some Collection<String?>) -> Self {
    Self(type: PostgresType.textArray, bytes: BinaryForm.textArray(values))
  }
}

/// The object ids of built-in types; fixed by the server's catalog for good.
public enum PostgresType {
  /// `boolean`.
  public static let bool: UInt32 = 16
  /// `bigint`.
  public static let int8: UInt32 = 20
  /// `text`.
  public static let text: UInt32 = 25
  /// `json`.
  public static let json: UInt32 = 114
  /// `text[]`.
  public static let textArray: UInt32 = 1009
  /// `timestamptz`.
  public static let timestamptz: UInt32 = 1184
  /// `jsonb`; its binary form is a version byte 1 and the text.
  public static let jsonb: UInt32 = 3802
}

/// Values in the form of the binary protocol: big-endian, as the types' `send` functions write them.
public enum BinaryForm {
  /// Writes eight bytes.
  public static func bigEndian(_ value: UInt64) -> [UInt8] {
    var bytes: [UInt8] = []
    append(value, to: &bytes)
    return bytes
  }

  /// Appends eight bytes.
  public static func append(_ value: UInt64, to bytes: inout [UInt8]) {
    append(Int32(truncatingIfNeeded: value >> 32), to: &bytes)
    append(Int32(truncatingIfNeeded: value), to: &bytes)
  }

  /// Appends four bytes.
  public static func append(_ value: Int32, to bytes: inout [UInt8]) {
    let word = UInt32(bitPattern: value)
    for shift in stride(from: UInt32(24), through: 0, by: -8) { bytes.append(UInt8(truncatingIfNeeded: word >> shift)) }
  }

  /// Appends two bytes.
  public static func append(_ value: Int16, to bytes: inout [UInt8]) {
    let word = UInt16(bitPattern: value)
    bytes.append(UInt8(truncatingIfNeeded: word >> 8))
    bytes.append(UInt8(truncatingIfNeeded: word))
  }

  /// Writes a moment as microseconds since 2000; nil outside the server's calendar (years -4712 to 294275).
  public static func timestamp(milliseconds: Int64) -> [UInt8]? {
    let epoch: Int64 = 946_684_800_000
    guard milliseconds > -210_860_000_000_000, milliseconds < 9_224_318_000_000_000 else { return nil }
    return bigEndian(UInt64(bitPattern: (milliseconds - epoch) * 1000))
  }

  /// Writes a one-dimensional `text[]`.
  public static func textArray(_ values: some Collection<String?>) -> [UInt8] {
    var bytes: [UInt8] = []
    appendTextArrayHeader(count: values.count, to: &bytes)
    for value in values {
      append(value.map { Int32(clamping: $0.utf8.count) } ?? -1, to: &bytes)
      if let value { bytes.append(contentsOf: value.utf8) }
    }
    return bytes
  }

  /// Appends what precedes the elements of a `text[]`: 20 bytes, or 12 for an empty one.
  public static func appendTextArrayHeader(count: Int, to bytes: inout [UInt8]) {
    append(Int32(count == 0 ? 0 : 1), to: &bytes)
    append(Int32(1), to: &bytes)  // it may hold NULLs
    append(Int32(bitPattern: PostgresType.text), to: &bytes)
    guard count > 0 else { return }
    append(Int32(clamping: count), to: &bytes)
    append(Int32(1), to: &bytes)
  }
}
