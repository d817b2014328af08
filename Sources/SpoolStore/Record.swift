import Digest
import WheelModel

/// The body of a record with the places of its fields; values are decoded when asked for.
///
/// Tags from 1 to 31; where a tag repeats, `forEach` sees all, the rest the first. Unknown tags are skipped.
struct Record: Sendable {
  /// Shared by all copies: passing a record on copies a reference.
  private final class Fields: Sendable {
    let bytes: [UInt8]
    /// For each tag offset << 32 | length of its first value; 0 when absent.
    let places: InlineArray<32, UInt64>

    init(bytes: [UInt8], places: InlineArray<32, UInt64>) {
      self.bytes = bytes
      self.places = places
    }
  }

  private let fields: Fields

  /// The fields as written, without the seal.
  var bytes: [UInt8] { fields.bytes }

  /// Takes a body apart; nil when it is no sequence of fields.
  init?(_ body: Span<UInt8>) {
    self.init(bytes: body.copied)
  }

  init?(bytes body: [UInt8]) {
    var places = InlineArray<32, UInt64>(repeating: 0)
    let span = body.span
    var at = 0
    while at < span.count {
      let tag = Int(span[at])
      at += 1
      guard let length = Varint.read(span, &at), length <= UInt64(span.count - at) else { return nil }
      if tag < 32 && places[tag] == 0 { places[tag] = UInt64(at) << 32 | length }
      at += Int(length)
    }
    fields = Fields(bytes: body, places: places)
  }

  func has(_ tag: UInt8) -> Bool { fields.places[Int(tag)] != 0 }

  /// Where a field's bytes are; nil when it is absent.
  func range(_ tag: UInt8) -> Range<Int>? {
    let place = fields.places[Int(tag)]
    guard place != 0 else { return nil }
    let start = Int(place >> 32)
    return start..<start + Int(place & 0xffff_ffff)
  }

  func withBytes<R>(_ tag: UInt8, _ body: (Span<UInt8>) throws -> R) rethrows -> R? {
    guard let range = range(tag) else { return nil }
    return try body(bytes.span.extracting(range))
  }

  func uint(_ tag: UInt8) -> UInt64? {
    guard var at = range(tag)?.lowerBound else { return nil }
    return Varint.read(bytes.span, &at)
  }

  func int(_ tag: UInt8) -> Int64? { uint(tag).map(Varint.signed) }

  func timestamp(_ tag: UInt8) -> Timestamp? { int(tag).map(Timestamp.init(milliseconds:)) }

  func string(_ tag: UInt8) -> String? { withBytes(tag) { $0.string } }

  func text(_ tag: UInt8) -> Text? { string(tag).map { Text($0) } }

  func digest(_ tag: UInt8) -> SHA256Digest? {
    guard let range = range(tag) else { return nil }
    return SHA256Digest(bytes.span.extracting(range))
  }

  func matches(_ tag: UInt8, _ text: Text) -> Bool {
    guard let range = range(tag) else { return false }
    return bytes[range].elementsEqual(text.utf8)
  }

  /// Calls `body` with each value of a tag, in order.
  func forEach(_ wanted: UInt8, _ body: (Span<UInt8>) throws -> Void) rethrows {
    try forEachRange(wanted) { try body(bytes.span.extracting($0)) }
  }

  /// Calls `body` with the place of each value of a tag, in order.
  func forEachRange(_ wanted: UInt8, _ body: (Range<Int>) throws -> Void) rethrows {
    try Self.forEachField(bytes.span, in: 0..<bytes.count) { if $0 == wanted { try body($1) } }
  }

  /// Calls `body` with tag and place of each field, in order, until the end or what is no field.
  static func forEachField(
    _ span: Span<UInt8>, in range: Range<Int>, _ body: (UInt8, Range<Int>) throws -> Void
  ) rethrows {
    var at = range.lowerBound
    while at < range.upperBound {
      let tag = span[at]
      at += 1
      guard let length = Varint.read(span, &at), length <= UInt64(max(range.upperBound - at, 0)) else { return }
      try body(tag, at..<at + Int(length))
      at += Int(length)
    }
  }
}
