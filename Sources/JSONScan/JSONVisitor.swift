/// Receives the events of one JSON text, in order, from a `JSONScanner`.
///
/// Every requirement has an empty default, so a visitor states only what it looks at. Spans are valid during the call.
/// What a visitor throws ends the scan and reaches the caller of `feed` unchanged.
public protocol JSONVisitor {
  /// Whether `raw` is to be called; false unless said otherwise.
  static var wantsRaw: Bool { get }

  /// Takes the start of an object; `depth` counts the open containers, this one included (1 at the top).
  mutating func beginObject(depth: Int) throws

  /// Takes the end of an object; `depth` is that of its beginning.
  mutating func endObject(depth: Int) throws

  /// Takes the start of an array; `depth` counts the open containers, this one included (1 at the top).
  mutating func beginArray(depth: Int) throws

  /// Takes the end of an array; `depth` is that of its beginning.
  mutating func endArray(depth: Int) throws

  /// Takes a member's key, unescaped.
  mutating func key(_ utf8: Span<UInt8>, _ traits: JSONTextTraits) throws

  /// Takes a string value, unescaped.
  mutating func string(_ utf8: Span<UInt8>, _ traits: JSONTextTraits) throws

  /// Takes a number as it was written; with `isTruncated` only its beginning.
  mutating func number(_ text: Span<UInt8>, isTruncated: Bool) throws

  /// Takes `true`, `false` or `null`.
  mutating func literal(_ literal: JSONLiteral) throws

  /// Takes the bytes of a key, string (quotes included) or number as they were written, in pieces as they arrive.
  ///
  /// All pieces of a token come before its event, and nothing else comes between them.
  mutating func raw(_ bytes: Span<UInt8>) throws
}

extension JSONVisitor {
  /// Asks for no raw bytes.
  public static var wantsRaw: Bool { false }
  /// Ignores the event.
  public mutating func beginObject(depth: Int) throws {}
  /// Ignores the event.
  public mutating func endObject(depth: Int) throws {}
  /// Ignores the event.
  public mutating func beginArray(depth: Int) throws {}
  /// Ignores the event.
  public mutating func endArray(depth: Int) throws {}
  /// Ignores the event.
  public mutating func key(_ utf8: Span<UInt8>, _ traits: JSONTextTraits) throws {}
  /// Ignores the event.
  public mutating func string(_ utf8: Span<UInt8>, _ traits: JSONTextTraits) throws {}
  /// Ignores the event.
  public mutating func number(_ text: Span<UInt8>, isTruncated: Bool) throws {}
  /// Ignores the event.
  public mutating func literal(_ literal: JSONLiteral) throws {}
  /// Ignores the event.
  public mutating func raw(_ bytes: Span<UInt8>) throws {}
}

/// The three words of JSON.
public enum JSONLiteral: Sendable {
  /// `true`
  case `true`
  /// `false`
  case `false`
  /// `null`
  case null
}

/// What a visitor must know of a key or string beside its bytes.
public struct JSONTextTraits: Equatable, Sendable {
  /// The number of bytes of the whole text in UTF-8, more than were handed over when it was truncated.
  public let byteCount: Int
  /// Whether the text is longer than `JSONLimits.capturedBytes`: only its beginning was handed over, cut at a byte.
  public let isTruncated: Bool
  /// Whether an escape named half of a surrogate pair; each such half was handed over as U+FFFD.
  public let hasLoneSurrogate: Bool

  /// Makes traits of their parts.
  @inlinable
  public init(byteCount: Int, isTruncated: Bool = false, hasLoneSurrogate: Bool = false) {
    self.byteCount = byteCount
    self.isTruncated = isTruncated
    self.hasLoneSurrogate = hasLoneSurrogate
  }
}

/// A visitor that looks at nothing: for validation alone.
public struct JSONValidation: JSONVisitor {
  /// Makes one.
  public init() {}
}
