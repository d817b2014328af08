/// A token that cannot be handed over where it lies: it arrives in several pieces or holds escapes.
@usableFromInline
struct PartialToken: Sendable {
  /// What follows from one more byte of a string.
  @usableFromInline
  enum Step {
    case more, end
    case wrong(JSONError.Code)
  }

  /// Where in a string the next byte stands.
  private enum Place: UInt8 { case plain, escape, hex, sequence, ended }

  /// The captured beginning, unescaped.
  @usableFromInline var bytes: [UInt8] = []
  /// The number of bytes of the whole token, captured or not.
  @usableFromInline var byteCount = 0
  @usableFromInline var isKey = false
  @usableFromInline var number = NumberShape()
  @usableFromInline var literal = LiteralShape()

  private var place = Place.plain
  private var hasLoneSurrogate = false
  /// The first half of a surrogate pair whose second half may follow; 0 when there is none.
  private var highSurrogate: UInt16 = 0
  private var unit: UInt16 = 0
  private var hexDigitsLeft = 0
  private var sequence = UTF8Sequence()

  @usableFromInline init() {}

  @usableFromInline var isTruncated: Bool { byteCount > bytes.count }
  @usableFromInline var isEnded: Bool { place == .ended }
  @usableFromInline var isBetweenCharacters: Bool { place == .plain && highSurrogate == 0 }
  @usableFromInline var traits: JSONTextTraits {
    JSONTextTraits(byteCount: byteCount, isTruncated: isTruncated, hasLoneSurrogate: hasLoneSurrogate)
  }

  @usableFromInline
  mutating func beginText(isKey: Bool) {
    clear()
    self.isKey = isKey
    place = .plain
    highSurrogate = 0
    hasLoneSurrogate = false
  }

  @usableFromInline
  mutating func beginNumber() {
    clear()
    number = NumberShape()
  }

  @inlinable
  mutating func beginLiteral(_ first: UInt8) { literal = LiteralShape(first) }

  private mutating func clear() {
    bytes.removeAll(keepingCapacity: true)
    byteCount = 0
  }

  /// Adds bytes as they are, as far as the limit allows.
  @usableFromInline
  mutating func append(_ span: Span<UInt8>, limit: Int) {
    byteCount += span.count
    let room = limit - bytes.count
    if room > 0 { bytes.append(copying: span.extracting(first: min(room, span.count))) }
  }

  private mutating func append(_ byte: UInt8, limit: Int) {
    byteCount += 1
    if bytes.count < limit { bytes.append(byte) }
  }

  private mutating func append(scalar: Unicode.Scalar, limit: Int) {
    for byte in scalar.utf8 { append(byte, limit: limit) }
  }

  /// Takes the next byte of a string.
  @usableFromInline
  mutating func take(_ byte: UInt8, limit: Int) -> Step {
    switch place {
    case .plain: return takePlain(byte, limit: limit)
    case .escape: return takeEscape(byte, limit: limit)
    case .hex: return takeHex(byte, limit: limit)
    case .sequence:
      guard sequence.accepts(byte) else { return .wrong(.invalidUTF8) }
      append(byte, limit: limit)
      if sequence.isComplete { place = .plain }
      return .more
    case .ended: return .wrong(.unexpectedByte)
    }
  }

  private mutating func takePlain(_ byte: UInt8, limit: Int) -> Step {
    if byte == 0x5c {
      place = .escape
      return .more
    }
    endHighSurrogate(limit: limit)
    switch byte {
    case 0x22:
      place = .ended
      return .end
    case 0..<0x20: return .wrong(.controlCharacter)
    case 0x20..<0x80: append(byte, limit: limit)
    default:
      guard sequence.begin(byte) else { return .wrong(.invalidUTF8) }
      append(byte, limit: limit)
      place = .sequence
    }
    return .more
  }

  private mutating func takeEscape(_ byte: UInt8, limit: Int) -> Step {
    let meant: UInt8
    switch byte {
    case UInt8(ascii: "u"):
      place = .hex
      hexDigitsLeft = 4
      unit = 0
      return .more
    case 0x22, 0x5c, 0x2f: meant = byte
    case UInt8(ascii: "b"): meant = 0x08
    case UInt8(ascii: "f"): meant = 0x0c
    case UInt8(ascii: "n"): meant = 0x0a
    case UInt8(ascii: "r"): meant = 0x0d
    case UInt8(ascii: "t"): meant = 0x09
    default: return .wrong(.badEscape)
    }
    endHighSurrogate(limit: limit)
    append(meant, limit: limit)
    place = .plain
    return .more
  }

  private mutating func takeHex(_ byte: UInt8, limit: Int) -> Step {
    guard let digit = hexDigit(byte) else { return .wrong(.badEscape) }
    unit = unit << 4 | UInt16(digit)
    hexDigitsLeft -= 1
    guard hexDigitsLeft == 0 else { return .more }
    place = .plain
    if highSurrogate != 0, UTF16.isTrailSurrogate(unit) {
      let value = 0x10000 + (UInt32(highSurrogate) - 0xd800) << 10 + (UInt32(unit) - 0xdc00)
      highSurrogate = 0
      if let scalar = Unicode.Scalar(value) { append(scalar: scalar, limit: limit) }
      return .more
    }
    endHighSurrogate(limit: limit)
    if UTF16.isLeadSurrogate(unit) {
      highSurrogate = unit
    } else if let scalar = Unicode.Scalar(unit) {
      append(scalar: scalar, limit: limit)
    } else {
      appendLoneSurrogate(limit: limit)
    }
    return .more
  }

  /// Gives up waiting for the second half of a pair.
  private mutating func endHighSurrogate(limit: Int) {
    guard highSurrogate != 0 else { return }
    highSurrogate = 0
    appendLoneSurrogate(limit: limit)
  }

  private mutating func appendLoneSurrogate(limit: Int) {
    hasLoneSurrogate = true
    append(scalar: "\u{fffd}", limit: limit)
  }
}

/// Reads one hexadecimal digit of either case.
func hexDigit(_ byte: UInt8) -> UInt8? {
  switch byte {
  case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
  case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
  case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
  default: nil
  }
}

extension [UInt8] {
  /// Appends a copy of the bytes.
  package mutating func append(copying span: Span<UInt8>) {
    // Safety: the pointer is read inside the closure only, for as many bytes as the span has.
    unsafe span.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
  }
}
