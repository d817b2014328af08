extension JSONScanner {
  /// Scans one piece from its first byte to its last.
  @inlinable
  mutating func scan<V: JSONVisitor>(_ bytes: Span<UInt8>, _ visitor: inout V) throws {
    var at = 0
    switch state {
    case .text, .number, .literal: at = try resume(bytes, &visitor)
    case .failed: throw failure(.failedBefore, at: 0)
    default: break
    }
    while true {
      at = skipWhiteSpace(bytes, from: at)
      guard at < bytes.count else { return }
      let byte = bytes[at]
      switch state {
      case .commaOrEnd:
        if byte == 0x2c {
          state = levels.isInObject ? .key : .value
        } else if byte == (levels.isInObject ? 0x7d : 0x5d) {
          try endContainer(&visitor)
        } else {
          throw unexpected(at: at)
        }
        at += 1
      case .key, .keyOrEnd:
        if byte == 0x22 {
          at = try text(bytes, from: at, isKey: true, &visitor)
          // What nearly always follows, spared a round of the loop.
          if state == .colon, at < bytes.count, bytes[at] == 0x3a {
            state = .value
            at += 1
          }
        } else if byte == 0x7d, state == .keyOrEnd {
          try endContainer(&visitor)
          at += 1
        } else {
          throw unexpected(at: at)
        }
      case .colon:
        guard byte == 0x3a else { throw unexpected(at: at) }
        state = .value
        at += 1
      case .value, .valueOrEnd: at = try value(bytes, from: at, &visitor)
      default: throw unexpected(at: at)
      }
    }
  }

  /// Scans what begins at a byte where a value may begin; returns the index after what was scanned.
  @inlinable
  @inline(__always)
  mutating func value<V: JSONVisitor>(_ bytes: Span<UInt8>, from at: Int, _ visitor: inout V) throws -> Int {
    let byte = bytes[at]
    if byte == 0x22 { return try text(bytes, from: at, isKey: false, &visitor) }
    switch byte {
    case 0x7b, 0x5b:
      guard levels.count < limits.depth else { throw failure(.tooDeep, at: at) }
      levels.push(isObject: byte == 0x7b)
      if byte == 0x7b {
        state = .keyOrEnd
        try visitor.beginObject(depth: levels.count)
      } else {
        state = .valueOrEnd
        try visitor.beginArray(depth: levels.count)
      }
      return at + 1
    case 0x5d where state == .valueOrEnd:
      try endContainer(&visitor)
      return at + 1
    case 0x2d, 0x30...0x39:
      token.beginNumber()
      state = .number
      return try number(bytes, from: at, &visitor)
    case 0x74, 0x66, 0x6e:
      token.beginLiteral(byte)
      state = .literal
      return try literal(bytes, from: at, &visitor)
    default: throw unexpected(at: at)
    }
  }

  @inlinable
  mutating func endContainer<V: JSONVisitor>(_ visitor: inout V) throws {
    let depth = levels.count
    let wasObject = levels.isInObject
    levels.pop()
    valueEnded()
    if wasObject { try visitor.endObject(depth: depth) } else { try visitor.endArray(depth: depth) }
  }

  @inlinable
  @inline(__always)
  mutating func valueEnded() { state = levels.isEmpty ? .done : .commaOrEnd }

  /// Goes on with the token that the previous piece broke off.
  @inlinable
  mutating func resume<V: JSONVisitor>(_ bytes: Span<UInt8>, _ visitor: inout V) throws -> Int {
    switch state {
    case .text: try continueText(bytes, rawFrom: 0, from: 0, &visitor)
    case .number: try number(bytes, from: 0, &visitor)
    default: try literal(bytes, from: 0, &visitor)
    }
  }

  /// Returns the index of the first byte from `start` on that is no white space, counting lines.
  @inlinable
  @inline(__always)
  mutating func skipWhiteSpace(_ bytes: Span<UInt8>, from start: Int) -> Int {
    var at = start
    while at < bytes.count {
      let byte = bytes[at]
      // Comparisons one by one, the likely ones first: a jump by table is guessed wrong more often than not.
      if byte > 0x20 { return at }
      if byte == 0x20 {
        at = skipSpaces(bytes, from: at + 1)
        continue
      }
      if byte == 0x0a {
        line += 1
        lineStart = consumed + at + 1
      } else if byte != 0x0d, byte != 0x09 {
        return at
      }
      at += 1
    }
    return at
  }
}

/// Returns the index of the first byte from `start` on that is no space.
@inlinable
@inline(__always)
func skipSpaces(_ bytes: Span<UInt8>, from start: Int) -> Int {
  var at = start
  while at <= bytes.count - 8 {
    let differing = word(bytes, at) ^ 0x2020_2020_2020_2020
    if differing != 0 { return at + differing.trailingZeroBitCount >> 3 }
    at += 8
  }
  while at < bytes.count, bytes[at] == 0x20 { at += 1 }
  return at
}

/// Returns the index of the first byte from `start` on that ends a run of plain text: a quote, a backslash, a control
/// character or a byte that is not ASCII.
@inlinable
@inline(__always)
func skipPlainText(_ bytes: Span<UInt8>, from start: Int) -> Int {
  let ones: UInt64 = 0x0101_0101_0101_0101
  let highs: UInt64 = 0x8080_8080_8080_8080
  var at = start
  while at <= bytes.count - 8 {
    // Each term has the high bit of a byte set at the first byte it looks for, and perhaps at later ones.
    let word = word(bytes, at)
    let quote = word ^ (ones &* 0x22)
    let backslash = word ^ (ones &* 0x5c)
    let special =
      (((word &- ones &* 0x20) & ~word) | ((quote &- ones) & ~quote) | ((backslash &- ones) & ~backslash) | word)
      & highs
    if special != 0 { return at + special.trailingZeroBitCount >> 3 }
    at += 8
  }
  while at < bytes.count {
    let byte = bytes[at]
    if byte < 0x20 || byte >= 0x80 || byte == 0x22 || byte == 0x5c { return at }
    at += 1
  }
  return at
}

/// Reads eight bytes, the first as the least significant; the caller has made sure that they are there.
@inlinable
@inline(__always)
func word(_ bytes: Span<UInt8>, _ at: Int) -> UInt64 {
  precondition(at >= 0 && at <= bytes.count - 8)
  // Safety: the precondition keeps all eight bytes inside the span; every bit pattern is a UInt64.
  return unsafe UInt64(littleEndian: bytes.bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: at, as: UInt64.self))
}
