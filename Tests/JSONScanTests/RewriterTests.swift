import JSONScan
import TestSupport
import Testing

/// Compact writing and the rules of a rewriter.
@Suite struct RewriterTests {
  /// Drops members called `drop`, cuts those called `cut` after the last `/`, refuses literals at the top.
  struct Rules: JSONRewriteRules {
    struct Refusal: Error {}
    static var longestKey: Int { 4 }
    var kinds: [String] = []

    mutating func value(_ kind: JSONValueKind, depth: Int) throws {
      kinds.append("\(kind) \(depth)")
      if kind == .literal, depth == 0 { throw Refusal() }
    }

    mutating func member(_ key: Span<UInt8>, depth: Int) -> JSONMemberAction {
      switch text(key) {
      case "drop": .drop
      case "cut": .keepAfterLast(0x2f)
      default: .keep
      }
    }
  }

  static func rewrite<R: JSONRewriteRules>(
    _ rules: R, _ json: [UInt8], cuts: [Int] = [], heldBytes: Int = 1 << 20
  ) throws -> String {
    var rewriter = JSONRewriter(rules, heldBytes: heldBytes)
    var output: [UInt8] = []
    var start = 0
    for end in cuts + [json.count] {
      try rewriter.feed(json.span.extracting(start..<end), into: &output)
      start = end
    }
    try rewriter.finish(into: &output)
    return String(decoding: output, as: UTF8.self)
  }

  static let cases: [(String, String)] = [
    (" [ ] ", "[]"), ("{ }", "{}"),
    (" [ 1 , -2.50e+1 , \"a b\" , null , true , false ] ", #"[1,-2.50e+1,"a b",null,true,false]"#),
    (#"{ "a" : { "b" : [ [ ] , { } ] } , "c" : 1 }"#, #"{"a":{"b":[[],{}]},"c":1}"#),
    (#"{"drop":1}"#, "{}"), (#"{"drop":1,"a":2}"#, #"{"a":2}"#), (#"{"a":2,"drop":1}"#, #"{"a":2}"#),
    (#"{"a":1,"drop":{"drop":[1,{"x":"y"}],"z":2},"b":3}"#, #"{"a":1,"b":3}"#),
    (#"{"drop":[],"drop":"s","drop":null,"x":0,"drop":{}}"#, #"{"x":0}"#),
    (#"[{"drop":1},{"drop":{"a":1}},2]"#, "[{},{},2]"), (#"{"dr\u006fp":1,"\u0064\u0072\u006f\u0070":2}"#, "{}"),
    (#"{"drops":1,"dro":2,"Drop":3,"\u0000drop":4}"#, #"{"drops":1,"dro":2,"Drop":3,"\u0000drop":4}"#),
    (#"{"\u0064\u0072\u006f\u0070\u0070":1}"#, #"{"\u0064\u0072\u006f\u0070\u0070":1}"#),
    (#"{"\ud800":1,"drop":2}"#, #"{"\ud800":1}"#), (#"["drop", "cut", "/a/b"]"#, #"["drop","cut","/a/b"]"#),
    (#"{"cut":"/a/b.whl"}"#, #"{"cut":"b.whl"}"#), (#"{"cut":"b.whl"}"#, #"{"cut":"b.whl"}"#),
    (#"{"cut":"/a/"}"#, #"{"cut":""}"#), (#"{"cut":""}"#, #"{"cut":""}"#),
    (#"{"cut":"\/a\/b\"\\"}"#, #"{"cut":"b\"\\"}"#),
    (#"{"cut":"a\u002fb\u0041"}"#, #"{"cut":"b\u0041"}"#), (#"{"cut":"a\u002Fb\u012f"}"#, #"{"cut":"b\u012f"}"#),
    (#"{"cut":"a\\u002fb"}"#, #"{"cut":"a\\u002fb"}"#), (#"{"cut":"/\\/x\\"}"#, #"{"cut":"x\\"}"#),
    (#"{"cut":"/\ud83d\ude00é/é😀"}"#, #"{"cut":"é😀"}"#),
    (#"{"c\u0075t":"a/b","cut":"c/d"}"#, #"{"c\u0075t":"b","cut":"d"}"#),
    (#"{"cut":["/a/b",{"x":"/c"}],"cut":1.0,"cut":null}"#, #"{"cut":["/a/b",{"x":"/c"}],"cut":1.0,"cut":null}"#),
    (#"{"cut":{"cut":"a/b","y":"/c"},"z":"/d"}"#, #"{"cut":{"cut":"b","y":"/c"},"z":"/d"}"#),
    (#"{"a much longer key than any":"/x","drop":3}"#, #"{"a much longer key than any":"/x"}"#), ("1", "1"),
    (#""/a""#, #""/a""#),
  ]

  @Test(arguments: cases) func rewrites(_ json: String, _ expected: String) throws {
    let bytes = Array(json.utf8)
    for cut in 0...bytes.count {
      #expect(try Self.rewrite(Rules(), bytes, cuts: [cut]) == expected, "cut at \(cut)")
    }
    #expect(try Self.rewrite(Rules(), bytes, cuts: Array(0...bytes.count)) == expected)
  }

  @Test func showsValuesWithTheirDepth() throws {
    var rewriter = JSONRewriter(Rules())
    var output: [UInt8] = []
    try rewriter.feed(Array(#"[{"drop":[1],"a":"s"},2,[null]]"#.utf8).span, into: &output)
    try rewriter.finish(into: &output)
    #expect(rewriter.rules.kinds == ["array 0", "object 1", "string 2", "number 1", "array 1", "literal 2"])
  }

  @Test func passesOnWhatTheRulesThrow() {
    #expect(throws: Rules.Refusal.self) { try Self.rewrite(Rules(), Array(" null".utf8)) }
  }

  @Test func refusesWhatTheScannerRefuses() {
    for json in ["[1,]", #"{"drop":[1,]}"#, #"{"drop":01}"#, "[", #"{"cut":"/a"#, #"{"cut":"\x"}"#] {
      #expect(throws: JSONError.self) { try Self.rewrite(Rules(), Array(json.utf8)) }
    }
  }

  @Test func holdsACutStringWithinItsLimit() throws {
    func json(_ tail: Int) -> [UInt8] {
      Array(
        (#"{"cut":""# + String(repeating: "long/", count: 1000) + String(repeating: "x", count: tail) + #""}"#).utf8)
    }
    let cuts = Array(stride(from: 0, through: 5000, by: 7))
    #expect(try Self.rewrite(Rules(), json(99), cuts: cuts, heldBytes: 100).count == 109)
    #expect { try Self.rewrite(Rules(), json(100), cuts: cuts, heldBytes: 100) } throws: {
      ($0 as? JSONError)?.code == .heldTooLong
    }
  }

  @Test func compactsAsTheEventsDemand() throws {
    var mutator = Mutator(dice: Dice(99))
    for _ in 0..<500 {
      let json = Array(mutator.value(depth: 5).utf8)
      let cut = Int.random(in: 0...json.count, using: &mutator.dice)
      let compact = try Self.rewrite(JSONCopyRules(), json, cuts: [cut])
      #expect(scan(Array(compact.utf8)).events == scan(json).events)
      #expect(try Self.rewrite(JSONCopyRules(), Array(compact.utf8)) == compact)
      #expect(!compact.contains("\n"))
    }
  }

  @Test func compactorIsTheRewriterWithoutRules() throws {
    var compactor = JSONCompactor()
    var output = Array("before".utf8)
    try compactor.feed(Array("{ \"a\" ".utf8).span, into: &output)
    try compactor.feed(Array(": 1 } ".utf8).span, into: &output)
    try compactor.finish(into: &output)
    #expect(String(decoding: output, as: UTF8.self) == #"before{"a":1}"#)
  }
}
