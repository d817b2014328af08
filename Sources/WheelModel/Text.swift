/// A string that is equal to another only when their UTF-8 bytes are: for names that the outside world chose.
///
/// `String` compares by canonical equivalence, so that two tags which Git tells apart could be taken for one.
public struct Text: Hashable, Comparable, Sendable, Codable, ExpressibleByStringLiteral, CustomStringConvertible {
  /// The text itself.
  public let string: String

  /// Wraps a string.
  public init(_ string: String) { self.string = string }

  /// Wraps bytes that are known to be UTF-8; others are replaced by U+FFFD.
  public init(decoding bytes: some Collection<UInt8>) { string = String(decoding: bytes, as: UTF8.self) }

  /// Wraps a literal.
  public init(stringLiteral value: String) { string = value }

  /// Reads a plain string.
  public init(from decoder: any Decoder) throws { string = try decoder.singleValueContainer().decode(String.self) }

  /// Writes a plain string.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(string)
  }

  /// The UTF-8 bytes.
  public var utf8: String.UTF8View { string.utf8 }

  /// Whether there is no byte.
  public var isEmpty: Bool { string.isEmpty }

  /// The text itself.
  public var description: String { string }

  /// Compares bytes.
  public static func == (a: Self, b: Self) -> Bool {
    let (x, y) = (a.utf8.span, b.utf8.span)
    guard x.count == y.count else { return false }
    for index in x.indices where x[index] != y[index] { return false }
    return true
  }

  /// Orders by bytes, unsigned, as `memcmp` does.
  public static func < (a: Self, b: Self) -> Bool { a.utf8.lexicographicallyPrecedes(b.utf8) }

  /// Hashes the bytes.
  public func hash(into hasher: inout Hasher) {
    let bytes = utf8.span
    var word: UInt64 = 0
    for index in bytes.indices {
      word = word << 8 | UInt64(bytes[index])
      if index & 7 == 7 { hasher.combine(word) }
    }
    hasher.combine(word)
    hasher.combine(bytes.count)
  }
}
