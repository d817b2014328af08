/// The lines of requirements and constraints: split on LF, cut at `#`, trimmed (bytes 0x09–0x0D and 0x20).
enum RequirementLines {
  /// Calls `body` with each line that is not empty then; a leading byte-order mark belongs to no line.
  static func forEach<E: Error>(_ text: [UInt8], _ body: (Range<Int>) throws(E) -> Void) throws(E) {
    let bytes = text.span
    var start = text.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0
    while start < bytes.count {
      let (line, next) = line(bytes, from: start)
      if !line.isEmpty { try body(line) }
      start = next
    }
  }

  /// Returns the line that begins at an offset, and where the next one begins.
  static func line(_ bytes: Span<UInt8>, from start: Int) -> (line: Range<Int>, next: Int) {
    var first = start
    while first < bytes.count, isSpace(bytes[first]), bytes[first] != 0x0a { first += 1 }
    var end = first
    var at = first
    while at < bytes.count, bytes[at] != 0x0a, bytes[at] != 0x23 {
      if !isSpace(bytes[at]) { end = at + 1 }
      at += 1
    }
    while at < bytes.count, bytes[at] != 0x0a { at += 1 }
    return (first..<end, at + 1)
  }

  /// Returns the project's name at the start of a line: `^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?`.
  static func name(_ bytes: Span<UInt8>, _ line: Range<Int>) -> Range<Int>? {
    var end = line.lowerBound
    for at in line {
      let byte = bytes[at]
      if isAlphanumeric(byte) {
        end = at + 1
      } else if at == line.lowerBound || (byte != 0x2e && byte != 0x5f && byte != 0x2d) {
        break
      }
    }
    return end > line.lowerBound ? line.lowerBound..<end : nil
  }

  /// Whether trimming takes the byte away.
  static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0d).contains(byte) }

  private static func isAlphanumeric(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x61...0x7a).contains(byte | 0x20)
  }
}
