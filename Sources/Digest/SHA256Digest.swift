/// A SHA-256 value: 32 bytes, compared and hashed by value.
public struct SHA256Digest: Hashable, Sendable, Comparable {
  /// The 32 bytes as four big-endian words, most significant first.
  let words: (UInt64, UInt64, UInt64, UInt64)

  /// The number of bytes in a digest.
  public static let byteCount = 32

  /// Makes a digest of exactly 32 bytes; nil for any other count.
  public init?(_ bytes: Span<UInt8>) {
    guard bytes.count == Self.byteCount else { return nil }
    func word(_ at: Int) -> UInt64 {
      var value: UInt64 = 0
      for index in at..<at + 8 { value = value << 8 | UInt64(bytes[index]) }
      return value
    }
    words = (word(0), word(8), word(16), word(24))
  }

  /// Makes a digest of 64 hexadecimal digits, upper or lower case; nil for anything else.
  public init?(hex: some StringProtocol) {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Self.byteCount)
    var high: UInt8?
    for digit in hex.utf8 {
      let nibble: UInt8
      switch digit {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): nibble = digit - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): nibble = digit - UInt8(ascii: "a") + 10
      case UInt8(ascii: "A")...UInt8(ascii: "F"): nibble = digit - UInt8(ascii: "A") + 10
      default: return nil
      }
      if let first = high {
        bytes.append(first << 4 | nibble)
        high = nil
      } else {
        high = nibble
      }
      guard bytes.count <= Self.byteCount else { return nil }
    }
    guard high == nil else { return nil }
    self.init(bytes.span)
  }

  /// The 32 bytes, in order.
  public var bytes: [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(Self.byteCount)
    for word in [words.0, words.1, words.2, words.3] {
      for shift in stride(from: UInt64(56), through: 0, by: -8) {
        result.append(UInt8(truncatingIfNeeded: word >> shift))
      }
    }
    return result
  }

  /// The first 16 bytes as two big-endian words.
  public var firstHalf: (UInt64, UInt64) { (words.0, words.1) }

  /// The 64 lower-case hexadecimal digits.
  public var hex: String {
    var text: [UInt8] = []
    appendHex(to: &text)
    return String(decoding: text, as: UTF8.self)
  }

  /// Appends the 64 lower-case hexadecimal digits.
  public func appendHex(to text: inout [UInt8]) {
    text.append(addingCapacity: 2 * Self.byteCount) { digits in
      Self.appendHex(words.0, to: &digits)
      Self.appendHex(words.1, to: &digits)
      Self.appendHex(words.2, to: &digits)
      Self.appendHex(words.3, to: &digits)
    }
  }

  /// Appends the 16 digits of a word.
  private static func appendHex(_ word: UInt64, to digits: inout OutputSpan<UInt8>) {
    appendHex(half: word >> 32, to: &digits)
    appendHex(half: word & 0xffff_ffff, to: &digits)
  }

  /// Appends the eight digits of 32 bits, all at once: first each half byte gets a byte of its own.
  private static func appendHex(half: UInt64, to digits: inout OutputSpan<UInt8>) {
    var nibbles = (half << 16 | half) & 0x0000_ffff_0000_ffff
    nibbles = (nibbles << 8 | nibbles) & 0x00ff_00ff_00ff_00ff
    nibbles = (nibbles << 4 | nibbles) & 0x0f0f_0f0f_0f0f_0f0f
    // 1 in each byte that is a letter: 10 and more carry into the fifth bit when 6 is added.
    let letters = ((nibbles &+ 0x0606_0606_0606_0606) >> 4) & 0x0101_0101_0101_0101
    let text = nibbles &+ 0x3030_3030_3030_3030 &+ letters &* 0x27
    var shift: UInt64 = 64
    while shift > 0 {
      shift -= 8
      digits.append(UInt8(truncatingIfNeeded: text >> shift))
    }
  }

  /// Compares all 32 bytes.
  public static func == (a: Self, b: Self) -> Bool { a.words == b.words }

  /// Orders by bytes, first byte first.
  public static func < (a: Self, b: Self) -> Bool { a.words < b.words }

  /// Hashes the first word: the others are as random.
  public func hash(into hasher: inout Hasher) { hasher.combine(words.0) }
}

extension SHA256Digest: CustomStringConvertible {
  /// The hexadecimal form.
  public var description: String { hex }
}
