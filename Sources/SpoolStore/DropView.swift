public import WheelModel

/// A drop's record, decoded field by field as it is asked.
public struct DropView: Sendable {
  /// The fields that can be had as bytes.
  public enum Field: UInt8, Sendable {
    /// The product's key.
    case product = 1
    /// The drop's key.
    case key
    /// The artifact's key.
    case name
  }

  private let record: Record
  /// The earliest creation among the artifacts that name it.
  public let createdAt: Timestamp
  private let series: Range<Int>?

  /// Takes a record whose fields are all there and that some artifact names.
  init?(_ record: Record) {
    guard record.has(Field.product.rawValue), record.has(Field.key.rawValue), record.has(Field.name.rawValue),
      let owner = DropRecord.earliestOwner(record)
    else { return nil }
    self.record = record
    (createdAt, series) = owner
  }

  /// Runs `body` with a field's bytes, valid until it returns; nil when the field is absent.
  public func withBytes<R>(of field: Field, _ body: (Span<UInt8>) throws -> R) rethrows -> R? {
    try record.withBytes(field.rawValue, body)
  }

  /// Runs `body` with the bytes of `major.minor`; nil when the version has no two parts.
  public func withProductVersion<R>(_ body: (Span<UInt8>) throws -> R) rethrows -> R? {
    guard let series else { return nil }
    return try body(record.bytes.span.extracting(series))
  }

  /// A field as text.
  public func text(_ field: Field) -> Text { record.text(field.rawValue) ?? "" }
}
