/// Follows the grammar of numbers byte by byte (RFC 8259, section 6).
@usableFromInline
struct NumberShape: Sendable {
  @usableFromInline
  enum Place: UInt8, Sendable {
    case start, minus, zero, integer, point, fraction, exponent, exponentSign, exponentDigits
  }

  @usableFromInline var place = Place.start

  @usableFromInline init() {}

  /// Whether the bytes taken are a number.
  @inlinable var isComplete: Bool {
    switch place {
    case .zero, .integer, .fraction, .exponentDigits: true
    default: false
    }
  }

  /// Takes a byte that may stand next in a number; returns false, changing nothing, for one that may not.
  @inlinable
  mutating func take(_ byte: UInt8) -> Bool {
    let isDigit = byte &- 0x30 <= 9
    switch place {
    case .integer, .fraction, .exponentDigits:
      if isDigit { return true }
      if place == .exponentDigits { return false }
      return takeAfterDigits(byte, mayHavePoint: place == .integer)
    case .zero: return takeAfterDigits(byte, mayHavePoint: true)
    case .start, .minus:
      if isDigit {
        place = byte == 0x30 ? .zero : .integer
      } else if byte == 0x2d, place == .start {
        place = .minus
      } else {
        return false
      }
    case .point:
      guard isDigit else { return false }
      place = .fraction
    case .exponent:
      if isDigit {
        place = .exponentDigits
      } else if byte == 0x2b || byte == 0x2d {
        place = .exponentSign
      } else {
        return false
      }
    case .exponentSign:
      guard isDigit else { return false }
      place = .exponentDigits
    }
    return true
  }

  @inlinable
  mutating func takeAfterDigits(_ byte: UInt8, mayHavePoint: Bool) -> Bool {
    if byte == 0x2e, mayHavePoint {
      place = .point
    } else if byte == 0x65 || byte == 0x45 {
      place = .exponent
    } else {
      return false
    }
    return true
  }
}

/// Follows one of the three words byte by byte.
@usableFromInline
struct LiteralShape: Sendable {
  @usableFromInline var value = JSONLiteral.null
  /// The bytes still to come, the next one least significant.
  @usableFromInline var expected: UInt64 = 0

  @usableFromInline init() {}

  /// Begins with the first letter of a word, which `take` then expects.
  @inlinable
  init(_ first: UInt8) {
    switch first {
    case UInt8(ascii: "t"): (value, expected) = (.true, 0x6575_7274)
    case UInt8(ascii: "f"): (value, expected) = (.false, 0x65_736c_6166)
    default: (value, expected) = (.null, 0x6c6c_756e)
    }
  }

  @inlinable var isComplete: Bool { expected == 0 }

  @inlinable
  mutating func take(_ byte: UInt8) -> Bool {
    guard UInt64(byte) == expected & 0xff else { return false }
    expected >>= 8
    return true
  }
}

/// Follows one UTF-8 sequence of more than one byte (Unicode, table 3-7: no surrogates, nothing overlong).
package struct UTF8Sequence: Sendable {
  private var bytesLeft = 0
  private var low: UInt8 = 0x80
  private var high: UInt8 = 0xbf

  /// Makes one that has not begun.
  package init() {}

  /// Whether the last byte was taken.
  package var isComplete: Bool { bytesLeft == 0 }

  /// Begins with a first byte; false when no sequence begins so.
  package mutating func begin(_ byte: UInt8) -> Bool {
    (low, high) = (0x80, 0xbf)
    switch byte {
    case 0xc2...0xdf: bytesLeft = 1
    case 0xe0: (bytesLeft, low) = (2, 0xa0)
    case 0xe1...0xec, 0xee...0xef: bytesLeft = 2
    case 0xed: (bytesLeft, high) = (2, 0x9f)
    case 0xf0: (bytesLeft, low) = (3, 0x90)
    case 0xf1...0xf3: bytesLeft = 3
    case 0xf4: (bytesLeft, high) = (3, 0x8f)
    default: return false
    }
    return true
  }

  /// Takes the next byte; false when it may not stand there.
  package mutating func accepts(_ byte: UInt8) -> Bool {
    guard low <= byte, byte <= high else { return false }
    (low, high) = (0x80, 0xbf)
    bytesLeft -= 1
    return true
  }
  /// Whether bytes are UTF-8 from the first to the last.
  package static func isValid(_ bytes: Span<UInt8>) -> Bool {
    var sequence = UTF8Sequence()
    var at = 0
    while at < bytes.count {
      if sequence.isComplete, at <= bytes.count - 8, word(bytes, at) & 0x8080_8080_8080_8080 == 0 {
        at += 8
        continue
      }
      let byte = bytes[at]
      if sequence.isComplete {
        if byte >= 0x80, !sequence.begin(byte) { return false }
      } else if !sequence.accepts(byte) {
        return false
      }
      at += 1
    }
    return sequence.isComplete
  }
}
