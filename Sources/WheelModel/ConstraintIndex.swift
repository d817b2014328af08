/// Finds the constraint of a project by any spelling of its name; later lines win.
///
/// Holds four bytes for a slot and no copy of a name, so that hostile text costs little more than itself.
struct ConstraintIndex {
  private let text: [UInt8]
  /// Offsets of lines, each one more than it is; 0 is free. Open addressing, a power of two.
  private var slots: [UInt32]
  private var used = 0

  /// Indexes the lines of a text of less than 4 GiB.
  init(_ text: [UInt8]) {
    self.text = text
    // A constraint has about 16 bytes: most texts need no growing.
    let expected = max(text.count / 12, 16)
    slots = [UInt32](repeating: 0, count: 1 << (Int.bitWidth - expected.leadingZeroBitCount))
    RequirementLines.forEach(text) { line in
      guard let name = RequirementLines.name(text.span, line) else { return }
      insert(UInt32(line.lowerBound), name)
    }
  }

  /// Returns what stands after the name in the constraint of a project, trimmed; nil when it has none.
  func rest(of name: Span<UInt8>) -> Range<Int>? {
    let slot = slots[slot(of: name)]
    guard slot > 0 else { return nil }
    let (line, _) = RequirementLines.line(text.span, from: Int(slot - 1))
    guard var start = RequirementLines.name(text.span, line)?.upperBound else { return nil }
    while start < line.upperBound, RequirementLines.isSpace(text[start]) { start += 1 }
    return start..<line.upperBound
  }

  private mutating func insert(_ offset: UInt32, _ name: Range<Int>) {
    let slot = slot(of: text.span.extracting(name))
    if slots[slot] == 0 { used += 1 }
    slots[slot] = offset + 1
    if used * 4 > slots.count * 3 { grow() }
  }

  private mutating func grow() {
    let old = slots
    slots = [UInt32](repeating: 0, count: 2 * old.count)
    for slot in old where slot > 0 { slots[self.slot(of: text.span.extracting(name(at: slot)))] = slot }
  }

  /// Returns the slot that holds a project, by any spelling of its name, or the free one where it belongs.
  private func slot(of name: Span<UInt8>) -> Int {
    var hasher = Hasher()
    var at = 0
    var word: UInt64 = 0
    var count = 0
    while let byte = ProjectName.canonicalByte(name, &at) {
      word = word << 8 | UInt64(byte)
      count += 1
      if count & 7 == 0 { hasher.combine(word) }
    }
    hasher.combine(word)
    hasher.combine(count)
    var slot = hasher.finalize() & (slots.count - 1)
    while slots[slot] > 0, !ProjectName.isSame(text.span.extracting(self.name(at: slots[slot])), name) {
      slot = (slot + 1) & (slots.count - 1)
    }
    return slot
  }

  private func name(at slot: UInt32) -> Range<Int> {
    let start = Int(slot - 1)
    // Lines are indexed from their first byte that is no space; the end of the name ends the look for it.
    return RequirementLines.name(text.span, start..<text.count) ?? start..<start
  }
}
