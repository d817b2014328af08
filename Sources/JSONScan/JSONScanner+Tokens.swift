extension JSONScanner {
  /// Scans a string from its opening quote on; returns the index after what was scanned.
  ///
  /// A string that ends in this piece and holds no escape is handed over where it lies.
  @inlinable
  @inline(__always)
  mutating func text<V: JSONVisitor>(
    _ bytes: Span<UInt8>, from quote: Int, isKey: Bool, _ visitor: inout V
  ) throws -> Int {
    let at = skipPlainText(bytes, from: quote + 1)
    if at < bytes.count, bytes[at] == 0x22 {
      if V.wantsRaw { try visitor.raw(bytes.extracting(quote..<at + 1)) }
      try deliver(bytes.extracting(quote + 1..<at), isKey: isKey, &visitor)
      return at + 1
    }
    token.beginText(isKey: isKey)
    token.append(bytes.extracting(quote + 1..<at), limit: limits.capturedBytes)
    state = .text
    return try continueText(bytes, rawFrom: quote, from: at, &visitor)
  }

  /// Hands over a string that needs no copy.
  @inlinable
  @inline(__always)
  mutating func deliver<V: JSONVisitor>(_ utf8: Span<UInt8>, isKey: Bool, _ visitor: inout V) throws {
    let isTruncated = utf8.count > limits.capturedBytes
    let traits = JSONTextTraits(byteCount: utf8.count, isTruncated: isTruncated)
    let handed = isTruncated ? utf8.extracting(first: limits.capturedBytes) : utf8
    if isKey {
      state = .colon
      try visitor.key(handed, traits)
    } else {
      valueEnded()
      try visitor.string(handed, traits)
    }
  }

  /// Goes on with a string in `token`; `rawFrom` is where its bytes begin in this piece.
  @inlinable
  mutating func continueText<V: JSONVisitor>(
    _ bytes: Span<UInt8>, rawFrom: Int, from start: Int, _ visitor: inout V
  ) throws -> Int {
    let end = try copyText(bytes, from: start)
    if V.wantsRaw, rawFrom < end { try visitor.raw(bytes.extracting(rawFrom..<end)) }
    guard token.isEnded else { return end }
    if token.isKey {
      state = .colon
      try visitor.key(token.bytes.span, token.traits)
    } else {
      valueEnded()
      try visitor.string(token.bytes.span, token.traits)
    }
    return end
  }

  /// Unescapes into `token` up to the closing quote or the end of the piece; returns the index after what was read.
  @usableFromInline
  mutating func copyText(_ bytes: Span<UInt8>, from start: Int) throws(JSONError) -> Int {
    var at = start
    while at < bytes.count {
      if token.isBetweenCharacters {
        let run = skipPlainText(bytes, from: at)
        if run > at {
          token.append(bytes.extracting(at..<run), limit: limits.capturedBytes)
          at = run
          continue
        }
      }
      switch token.take(bytes[at], limit: limits.capturedBytes) {
      case .more: at += 1
      case .end: return at + 1
      case .wrong(let code): throw failure(code, at: at)
      }
    }
    return at
  }

  /// Scans a number, or goes on with one in `token`; returns the index after what was scanned.
  @inlinable
  mutating func number<V: JSONVisitor>(_ bytes: Span<UInt8>, from start: Int, _ visitor: inout V) throws -> Int {
    var at = start
    while at < bytes.count, token.number.take(bytes[at]) { at += 1 }
    let piece = bytes.extracting(start..<at)
    if V.wantsRaw, at > start { try visitor.raw(piece) }
    guard at < bytes.count else {
      token.append(piece, limit: limits.capturedBytes)
      return at
    }
    guard token.number.isComplete else { throw failure(.badNumber, at: at) }
    valueEnded()
    if token.byteCount == 0, piece.count <= limits.capturedBytes {
      try visitor.number(piece, isTruncated: false)
    } else {
      token.append(piece, limit: limits.capturedBytes)
      try visitor.number(token.bytes.span, isTruncated: token.isTruncated)
    }
    return at
  }

  /// Scans a word, or goes on with one in `token`; returns the index after what was scanned.
  @inlinable
  mutating func literal<V: JSONVisitor>(_ bytes: Span<UInt8>, from start: Int, _ visitor: inout V) throws -> Int {
    var at = start
    while at < bytes.count {
      guard token.literal.take(bytes[at]) else { throw unexpected(at: at) }
      at += 1
      if token.literal.isComplete {
        valueEnded()
        try visitor.literal(token.literal.value)
        break
      }
    }
    return at
  }
}
