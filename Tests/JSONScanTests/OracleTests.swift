import JSONScan
import TestSupport
import Testing

/// Compares with Python's `json`, made strict: no `NaN`, no byte-order mark, UTF-8 only.
@Suite struct OracleTests {
  static let oracle = #"""
    import json, sys
    def refuse(word): raise ValueError(word)
    class Number(str): pass
    class Members(list): pass
    def text(s): return ''.join('\ufffd' if '\ud800' <= c <= '\udfff' else c for c in s).encode().hex()
    def events(v):
        if isinstance(v, Number): return 'n' + v.encode().hex()
        if isinstance(v, str): return 's' + text(v)
        if isinstance(v, Members): return '{' + ''.join('k' + text(k) + events(m) for k, m in v) + '}'
        if isinstance(v, list): return '[' + ''.join(map(events, v)) + ']'
        return {True: 't', False: 'f', None: 'z'}[v]
    for line in open(sys.argv[1]):
        try:
            source = bytes.fromhex(line).decode('utf-8')
            value = json.loads(source, parse_constant=refuse, parse_int=Number, parse_float=Number, object_pairs_hook=Members)
            print(events(value))
        except (ValueError, RecursionError):
            print('refused')
    """#

  /// Writes events as the oracle does.
  struct Trace: JSONVisitor {
    var text = ""
    mutating func beginObject(depth: Int) { text += "{" }
    mutating func endObject(depth: Int) { text += "}" }
    mutating func beginArray(depth: Int) { text += "[" }
    mutating func endArray(depth: Int) { text += "]" }
    mutating func key(_ utf8: Span<UInt8>, _ traits: JSONTextTraits) { text += "k" + digits(utf8) }
    mutating func string(_ utf8: Span<UInt8>, _ traits: JSONTextTraits) { text += "s" + digits(utf8) }
    mutating func number(_ number: Span<UInt8>, isTruncated: Bool) { text += "n" + digits(number) }
    mutating func literal(_ literal: JSONLiteral) {
      switch literal {
      case .true: text += "t"
      case .false: text += "f"
      case .null: text += "z"
      }
    }

    private func digits(_ span: Span<UInt8>) -> String {
      span.indices.map { (span[$0] < 16 ? "0" : "") + String(span[$0], radix: 16) }.joined()
    }
  }

  @Test func agreesWithPython() throws {
    var texts = ChunkingTests.texts
    var mutator = Mutator(dice: Dice(2026))
    for _ in 0..<1500 {
      let text = Array(mutator.value(depth: 5).utf8)
      texts.append(text)
      texts.append(mutator.damage(text))
    }
    let lines = texts.map { text in text.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() }
    let answers = try Self.ask(lines.joined(separator: "\n") + "\n")
    try #require(answers.count == texts.count)
    for (text, answer) in zip(texts, answers) {
      var scanner = JSONScanner()
      var trace = Trace()
      let ours: String
      do {
        try scanner.feed(text.span, &trace)
        try scanner.finish(&trace)
        ours = trace.text
      } catch {
        ours = "refused"
      }
      #expect(ours == answer, "\(String(decoding: text, as: UTF8.self))")
    }
    #expect(answers.count { $0 == "refused" } > 500)
    #expect(answers.count { $0 != "refused" } > 1500)
  }

  /// Runs the oracle over lines of hexadecimal digits and returns its lines.
  private static func ask(_ input: String) throws -> [String] {
    try TemporaryDirectory.with { directory in
      let path = directory.file("texts")
      try Files.write(input, to: path)
      return try RunningProcess.check("python3", ["-c", oracle, path]).lines
    }
  }
}
