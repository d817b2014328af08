import JSONScan

/// One JSON text, whole and in pieces, scanned, compacted and rewritten.
enum JSONInput {
  static func read(_ input: [UInt8]) -> Bool {
    let limits = JSONLimits(depth: 64, capturedBytes: 200, totalBytes: 1 << 16)
    let whole = scan(input, limits, inPieces: false)
    let pieces = scan(input, limits, inPieces: true)
    hold(whole == pieces, "the events depend on where the text is cut")
    let compact = rewrite(input, JSONCopyRules(), limits)
    hold((compact != nil) == whole.isAccepted, "scanner and compactor judge differently")
    if let compact {
      hold(rewrite(compact, JSONCopyRules(), limits) == compact, "compact JSON is not compact")
      let again = scan(compact, limits, inPieces: true)
      hold(again.events == whole.events, "compacting changed what the text says")
    }
    if let changed = rewrite(input, Rules(), limits) {
      hold(scan(changed, limits, inPieces: false).isAccepted, "rewriting made something that is not JSON")
      hold(rewrite(changed, Rules(), limits) == changed, "rewriting twice gives something else than rewriting once")
    }
    return whole.isAccepted
  }

  private struct Outcome: Equatable {
    var events: [UInt8]
    var error: JSONError?
    var isAccepted: Bool { error == nil }
  }

  private static func scan(_ input: [UInt8], _ limits: JSONLimits, inPieces: Bool) -> Outcome {
    var scanner = JSONScanner(limits: limits)
    var events = Events()
    do {
      if inPieces {
        try Cuts.forEach(input) { try scanner.feed($0, &events) }
      } else {
        try scanner.feed(input.span, &events)
      }
      try scanner.finish(&events)
      hold(events.open == 0 && scanner.depth == 0, "a text ended with containers open")
      return Outcome(events: events.bytes, error: nil)
    } catch let error as JSONError {
      return Outcome(events: events.bytes, error: error)
    } catch {
      fatalError("the scanner threw \(error)")
    }
  }

  private static func rewrite(_ input: [UInt8], _ rules: some JSONRewriteRules, _ limits: JSONLimits) -> [UInt8]? {
    var rewriter = JSONRewriter(rules, limits: limits, heldBytes: 300)
    var output: [UInt8] = []
    do {
      try Cuts.forEach(input) { try rewriter.feed($0, into: &output) }
      try rewriter.finish(into: &output)
      return output
    } catch {
      return nil
    }
  }
}

/// Drops members named `a`, cuts those named `b` after the last `/`.
private struct Rules: JSONRewriteRules {
  static let longestKey = 1

  mutating func member(_ key: Span<UInt8>, depth: Int) -> JSONMemberAction {
    if key.count == 1, key[0] == UInt8(ascii: "a") { return .drop }
    if key.count == 1, key[0] == UInt8(ascii: "b") { return .keepAfterLast(UInt8(ascii: "/")) }
    return .keep
  }
}

/// Writes the events down, so that two scans can be compared.
private struct Events: JSONVisitor {
  var bytes: [UInt8] = []
  var open = 0

  mutating func beginObject(depth: Int) { begin(0x7b, depth) }
  mutating func beginArray(depth: Int) { begin(0x5b, depth) }
  mutating func endObject(depth: Int) { end(0x7d, depth) }
  mutating func endArray(depth: Int) { end(0x5d, depth) }
  mutating func key(_ utf8: Span<UInt8>, _ traits: JSONTextTraits) { text(0x6b, utf8, traits) }
  mutating func string(_ utf8: Span<UInt8>, _ traits: JSONTextTraits) { text(0x73, utf8, traits) }
  mutating func literal(_ literal: JSONLiteral) { bytes += Array("\(literal)".utf8) }

  mutating func number(_ text: Span<UInt8>, isTruncated: Bool) {
    hold(text.count <= 200 && text.count > 0, "a number beyond the limit")
    _ = JSONText.integer(text)
    bytes.append(isTruncated ? 0x4e : 0x6e)
    bytes += text.copied
  }

  private mutating func begin(_ mark: UInt8, _ depth: Int) {
    open += 1
    hold(depth == open && depth <= 64, "the depth is wrong")
    bytes.append(mark)
  }

  private mutating func end(_ mark: UInt8, _ depth: Int) {
    hold(depth == open, "the depth is wrong")
    open -= 1
    bytes.append(mark)
  }

  private mutating func text(_ mark: UInt8, _ utf8: Span<UInt8>, _ traits: JSONTextTraits) {
    hold(utf8.count <= 200, "a text beyond the limit")
    hold(traits.isTruncated || traits.byteCount == utf8.count, "a text of the wrong length")
    hold(
      traits.isTruncated || String(validating: utf8.copied, as: UTF8.self) != nil, "a text that is not UTF-8")
    bytes += [mark, traits.isTruncated ? 1 : 0, traits.hasLoneSurrogate ? 1 : 0]
    bytes += utf8.copied + [0xff]
  }
}
