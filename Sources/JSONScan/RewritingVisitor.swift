/// Turns the events of a scanner into compact JSON.
///
/// Knows its rules as an existential: it asks them once a member, and is itself compiled once, for speed.
struct RewritingVisitor: JSONVisitor {
  struct HeldTooLong: Error {}

  static var wantsRaw: Bool { true }

  var output: [UInt8] = []
  private(set) var rules: any JSONRewriteRules
  private let heldBytes: Int
  /// The most bytes of a key, as written, that are held back until the rules have decided.
  private let heldKeyBytes: Int

  /// For each open container whether it is an object.
  private var kinds = LevelStack()
  /// For each open container whether an element of it was written.
  private var filled = LevelStack()
  private var isKeyNext = false
  /// Whether the bytes of the present key, string or number are being written as they come.
  private var isPassing = false
  /// Whether a key was just written, so that its value needs no comma.
  private var isAfterKey = false
  private var action = JSONMemberAction.keep
  /// The depth of the object whose member is being dropped; 0 when nothing is.
  private var droppingDepth = 0
  private var held: [UInt8] = []
  private var cut: StringCut?

  init(rules: any JSONRewriteRules, heldBytes: Int) {
    self.rules = rules
    // An escape is at most six times as long as what it stands for.
    heldKeyBytes = 6 * type(of: rules).longestKey + 2
    self.heldBytes = heldBytes
  }

  private var isDropping: Bool { droppingDepth > 0 }

  mutating func beginObject(depth: Int) throws {
    try begin(.object)
    if !isDropping { output.append(0x7b) }
    kinds.push(isObject: true)
    filled.push(isObject: false)
    isKeyNext = true
    action = .keep
  }

  mutating func beginArray(depth: Int) throws {
    try begin(.array)
    if !isDropping { output.append(0x5b) }
    kinds.push(isObject: false)
    filled.push(isObject: false)
    isKeyNext = false
    action = .keep
  }

  mutating func endObject(depth: Int) { endContainer(0x7d) }
  mutating func endArray(depth: Int) { endContainer(0x5d) }

  private mutating func endContainer(_ bracket: UInt8) {
    if !isDropping { output.append(bracket) }
    kinds.pop()
    filled.pop()
    endValue()
  }

  mutating func raw(_ bytes: Span<UInt8>) throws {
    if isDropping { return }
    if isKeyNext, !isPassing {
      held.append(copying: bytes)
      if held.count > heldKeyBytes { passHeld() }
    } else if cut != nil {
      try holdCut(bytes)
    } else if isPassing {
      output.append(copying: bytes)
    } else {
      let isString = bytes[0] == 0x22
      try begin(isString ? .string : .number)
      isPassing = true
      if isString, case .keepAfterLast(let byte) = action {
        cut = StringCut(after: byte)
        try holdCut(bytes)
      } else {
        output.append(copying: bytes)
      }
    }
  }

  mutating func key(_ utf8: Span<UInt8>, _ traits: JSONTextTraits) {
    isKeyNext = false
    if isDropping { return }
    action = .keep
    if !isPassing {
      if !traits.isTruncated, !traits.hasLoneSurrogate { action = rules.member(utf8, depth: kinds.count) }
      if action == .drop {
        held.removeAll(keepingCapacity: true)
        droppingDepth = kinds.count
        return
      }
      passHeld()
    }
    output.append(0x3a)
    isPassing = false
    isAfterKey = true
  }

  mutating func string(_ utf8: Span<UInt8>, _ traits: JSONTextTraits) {
    if cut != nil {
      output.append(0x22)
      output.append(contentsOf: held)
      held.removeAll(keepingCapacity: true)
      cut = nil
    }
    endValue()
  }

  mutating func number(_ text: Span<UInt8>, isTruncated: Bool) { endValue() }

  mutating func literal(_ literal: JSONLiteral) throws {
    try begin(.literal)
    if !isDropping {
      switch literal {
      case .true: output.append(contentsOf: "true".utf8)
      case .false: output.append(contentsOf: "false".utf8)
      case .null: output.append(contentsOf: "null".utf8)
      }
    }
    endValue()
  }

  private mutating func begin(_ kind: JSONValueKind) throws {
    if isDropping { return }
    try rules.value(kind, depth: kinds.count)
    writeComma()
  }

  private mutating func endValue() {
    isPassing = false
    action = .keep
    isKeyNext = !kinds.isEmpty && kinds.isInObject
    if kinds.count == droppingDepth { droppingDepth = 0 }
  }

  /// Writes the comma before all elements of a container but the first.
  private mutating func writeComma() {
    if isAfterKey {
      isAfterKey = false
    } else if !filled.isEmpty {
      if filled.top & 1 == 1 { output.append(0x2c) }
      filled.top |= 1
    }
  }

  /// Writes the key that was held back, and what is still to come of it as it comes.
  private mutating func passHeld() {
    writeComma()
    output.append(contentsOf: held)
    held.removeAll(keepingCapacity: true)
    isPassing = true
  }

  private mutating func holdCut(_ bytes: Span<UInt8>) throws {
    cut?.take(bytes, &held)
    guard held.count <= heldBytes else { throw HeldTooLong() }
  }
}

/// Keeps of a string, as it is written, what follows the last occurrence of a byte; the opening quote is left out.
private struct StringCut {
  private let byte: UInt8
  private var isOpened = false
  private var isEscaped = false
  private var hexDigitsLeft = 0
  private var unit: UInt32 = 0

  init(after byte: UInt8) { self.byte = byte }

  /// Takes the next bytes of a string that is known to be JSON.
  mutating func take(_ piece: Span<UInt8>, _ held: inout [UInt8]) {
    let start = isOpened ? 0 : 1
    isOpened = true
    guard !isEscaped, hexDigitsLeft == 0, !hasBackslash(piece, from: start) else {
      for index in start..<piece.count { take(piece[index], &held) }
      return
    }
    var keptFrom = piece.count
    while keptFrom > start, piece[keptFrom - 1] != byte || byte == 0x22 { keptFrom -= 1 }
    if keptFrom > start { held.removeAll(keepingCapacity: true) }
    held.append(copying: piece.extracting(keptFrom..<piece.count))
  }

  private func hasBackslash(_ piece: Span<UInt8>, from start: Int) -> Bool {
    var at = start
    while true {
      at = skipPlainText(piece, from: at)
      guard at < piece.count else { return false }
      if piece[at] == 0x5c { return true }
      at += 1
    }
  }

  private mutating func take(_ next: UInt8, _ held: inout [UInt8]) {
    held.append(next)
    if hexDigitsLeft > 0 {
      unit = unit << 4 | UInt32(hexDigit(next) ?? 0)
      hexDigitsLeft -= 1
      if hexDigitsLeft == 0, unit == UInt32(byte) { held.removeAll(keepingCapacity: true) }
    } else if isEscaped {
      isEscaped = false
      if next == UInt8(ascii: "u") {
        (hexDigitsLeft, unit) = (4, 0)
      } else if next == byte, [0x22, 0x5c, 0x2f].contains(next) {
        held.removeAll(keepingCapacity: true)
      }
    } else if next == 0x5c {
      isEscaped = true
    } else if next == byte, next != 0x22 {
      held.removeAll(keepingCapacity: true)
    }
  }
}
