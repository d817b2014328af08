/// Reads the grammar of PEP 440, appendix B, including the spellings that it normalises.
struct VersionParser {
  private let bytes: [UInt8]
  private var at = 0

  private init(_ bytes: [UInt8]) { self.bytes = bytes }

  static func parse(_ text: Text) -> VersionParts? {
    let lower = AssetName.trim(Array(text.utf8)[...]).map { (0x41...0x5a).contains($0) ? $0 + 32 : $0 }
    var parser = VersionParser(lower)
    guard let parts = parser.version(), parser.at == parser.bytes.count else { return nil }
    return parts
  }

  private mutating func version() -> VersionParts? {
    var parts = VersionParts()
    _ = skip("v")
    guard let first = number() else { return nil }
    if skip("!") {
      parts.epoch = first
      guard let next = number() else { return nil }
      parts.release = [next]
    } else {
      parts.release = [first]
    }
    while let next = attempt({ $0.skip(".") ? $0.number() : nil }) { parts.release.append(next) }
    while parts.release.last == .zero { parts.release.removeLast() }
    if at == bytes.count { return parts }

    parts.pre = attempt { parser in
      guard let word = parser.word(["alpha", "a", "beta", "b", "preview", "pre", "c", "rc"]) else { return nil }
      let phase: VersionParts.Phase = word.hasPrefix("a") ? .alpha : word.hasPrefix("b") ? .beta : .candidate
      return (phase, parser.optionalNumber())
    }
    parts.post = attempt { $0.skip("-") ? $0.number() : nil } ?? numbered(["post", "rev", "r"])
    parts.dev = numbered(["dev"])
    if skip("+") {
      guard let local = localSegments() else { return nil }
      parts.local = local
    }
    return parts
  }

  /// Reads `[-_.]?WORD[-_.]?NUMBER?`; nil when the word is not there.
  private mutating func numbered(_ words: [String]) -> VersionNumber? {
    attempt { parser in parser.word(words) == nil ? nil : parser.optionalNumber() }
  }

  private mutating func word(_ words: [String]) -> String? {
    skipSeparator()
    return words.first { skip($0) }
  }

  /// Reads `[-_.]?NUMBER?`; the separator may stand alone.
  private mutating func optionalNumber() -> VersionNumber {
    skipSeparator()
    return number() ?? .zero
  }

  private mutating func localSegments() -> [VersionParts.LocalSegment]? {
    var segments: [VersionParts.LocalSegment] = []
    repeat {
      let start = at
      while at < bytes.count, isDigit(bytes[at]) || (0x61...0x7a).contains(bytes[at]) { at += 1 }
      let segment = bytes[start..<at]
      guard !segment.isEmpty else { return nil }
      segments.append(segment.allSatisfy(isDigit) ? .number(VersionNumber(segment)) : .text(Array(segment)))
    } while skipSeparator()
    return segments
  }

  // MARK: steps

  /// Undoes what `body` read when it finds nothing.
  private mutating func attempt<T>(_ body: (inout Self) -> T?) -> T? {
    let start = at
    if let found = body(&self) { return found }
    at = start
    return nil
  }

  private mutating func skip(_ text: String) -> Bool {
    guard bytes[at...].starts(with: text.utf8) else { return false }
    at += text.utf8.count
    return true
  }

  @discardableResult
  private mutating func skipSeparator() -> Bool { skip("-") || skip("_") || skip(".") }

  private mutating func number() -> VersionNumber? {
    let start = at
    while at < bytes.count, isDigit(bytes[at]) { at += 1 }
    return at == start ? nil : VersionNumber(bytes[start..<at])
  }

  private func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}
