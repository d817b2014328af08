/// Reads one JSON text pushed in pieces of any size and tells a visitor what is in it.
///
/// Strict: nothing but RFC 8259 in UTF-8 passes; no byte-order mark, no trailing comma, no `NaN`. Memory is constant:
/// one token of at most `capturedBytes` and a bit for each level. The events do not depend on how the text is cut.
/// Duplicate keys and numbers of any size are legal and handed over as they are. After an error the scanner is spent.
public struct JSONScanner: Sendable {
  @usableFromInline
  enum State: UInt8, Sendable {
    case value, valueOrEnd, key, keyOrEnd, colon, commaOrEnd, done, text, number, literal, failed
  }

  @usableFromInline let limits: JSONLimits
  @usableFromInline var state = State.value
  @usableFromInline var levels = LevelStack()
  /// A token that lies in more than one piece, or that holds escapes.
  @usableFromInline var token = PartialToken()
  /// The number of bytes in earlier pieces.
  @usableFromInline var consumed = 0
  @usableFromInline var line = 1
  @usableFromInline var lineStart = 0

  /// Makes a scanner for one text.
  public init(limits: JSONLimits = JSONLimits()) { self.limits = limits }

  /// The number of bytes in the pieces that were fed and scanned to their end.
  public var offset: Int { consumed }

  /// The number of containers open now.
  public var depth: Int { levels.count }

  /// Scans the next piece.
  ///
  /// Throws `JSONError`, or what the visitor throws.
  @inlinable
  public mutating func feed<V: JSONVisitor>(_ bytes: Span<UInt8>, _ visitor: inout V) throws {
    let allowed = min(bytes.count, limits.totalBytes - consumed)
    do {
      try scan(bytes.extracting(first: allowed), &visitor)
    } catch {
      state = .failed
      throw error
    }
    consumed += allowed
    guard allowed == bytes.count else { throw failure(.tooLong, at: 0) }
  }

  /// Ends the text: the value must be complete.
  ///
  /// Throws `JSONError`, or what the visitor throws at a number that only the end completes.
  @inlinable
  public mutating func finish<V: JSONVisitor>(_ visitor: inout V) throws {
    switch state {
    case .done: break
    case .number where token.number.isComplete && levels.isEmpty:
      state = .done
      try visitor.number(token.bytes.span, isTruncated: token.isTruncated)
    case .number where !token.number.isComplete: throw failure(.badNumber, at: 0)
    case .failed: throw failure(.failedBefore, at: 0)
    default: throw failure(.unexpectedEnd, at: 0)
    }
  }

  @usableFromInline
  mutating func failure(_ code: JSONError.Code, at index: Int) -> JSONError {
    state = .failed
    let offset = consumed + index
    return JSONError(code, offset: offset, line: line, column: offset - lineStart + 1)
  }

  /// What is wrong with a byte that cannot begin what is expected.
  @usableFromInline
  mutating func unexpected(at index: Int) -> JSONError {
    failure(state == .done ? .trailingBytes : .unexpectedByte, at: index)
  }
}

/// Remembers of each open container whether it is an object.
@usableFromInline
struct LevelStack: Sendable {
  @usableFromInline var count = 0
  /// The kinds of the innermost levels, the last in bit 0: objects are 1.
  @usableFromInline var top: UInt64 = 0
  /// The kinds of the levels below, in words of 64.
  @usableFromInline var words: [UInt64] = []

  @usableFromInline init() {}

  @inlinable var isEmpty: Bool { count == 0 }
  @inlinable var isInObject: Bool { top & 1 == 1 }

  @inlinable
  mutating func push(isObject: Bool) {
    if count > 0, count & 63 == 0 {
      words.append(top)
      top = 0
    }
    top = top << 1 | (isObject ? 1 : 0)
    count += 1
  }

  @inlinable
  mutating func pop() {
    count -= 1
    top >>= 1
    if count > 0, count & 63 == 0 { top = words.removeLast() }
  }
}
