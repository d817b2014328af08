import TestSupport
import Testing
import WheelModel

/// Compares the content rules with a second program that was written from their description, on texts that chance makes.
@Suite struct ContentOracleTests {
  /// Numbers that look random and are the same in every run (SplitMix64).
  struct Dice: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9e37_79b9_7f4a_7c15
      var z = state
      z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
      z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
      return z ^ (z >> 31)
    }

    mutating func pick(_ choices: [String]) -> String { choices.randomElement(using: &self)! }

    mutating func several(_ range: ClosedRange<Int>, _ separator: String, _ part: (inout Dice) -> String) -> String {
      (0..<Int.random(in: range, using: &self)).map { _ in part(&self) }.joined(separator: separator)
    }
  }

  static let root = String(#filePath.dropLast("/Tests/WheelModelTests/ContentOracleTests.swift".count))

  static let script = #"""
    import sys
    sys.path.insert(0, sys.argv[1] + "/tools")
    import oracle
    sys.setrecursionlimit(20000)
    for line in open(sys.argv[2]):
        kind, *parts = line.rstrip("\n").split(" ")
        parts = [bytes.fromhex(part) for part in parts]
        try:
            if kind == "graph":
                rows = oracle.graph_packages(parts[0])
                print("".join(name.encode().hex() + "=" + version.encode().hex() + ";" for name, version in rows))
            elif kind == "summary": print(oracle.summary_document(parts[0]).hex())
            else: print(oracle.constraints_document(*parts).hex())
        except oracle.Rejected as error:
            print(error.code)
    """#

  @Test func graphs() throws {
    var dice = Dice(state: 1)
    let names = ["a", "B", "c-d", "\\u0041", "é", "", "x==y", "=", "\\ud83d\\ude00", "\\ud800", "numpy"]
    let versions = ["1", "2.0", "", "1==2", "\\u0031", "1+cpu", "\\udc00", "=1"]
    let texts = (0..<600).map { _ in
      let nodes = dice.several(0...4, ", ") { dice in
        let key = dice.pick(names) + dice.pick(["==", "=", "\\u003d=", "==="]) + dice.pick(versions)
        let node = dice.several(0...5, ",") { dice in
          switch Int.random(in: 0..<7, using: &dice) {
          case 0...2: "\"canonicalized_name\": \"\(dice.pick(names))\""
          case 3, 4: "\"version\":\"\(dice.pick(versions))\""
          case 5: "\"edges\": [{\"version\":1,\"canonicalized_name\":[\"\(dice.pick(names))\"]}]"
          default:
            dice.pick([
              "\"version\":null", "\"v\\u0065rsion\":\"7\"", "\"canonicalized_name\":{}", "\"x\":{}",
              "\"constraint\":\"\"",
            ])
          }
        }
        return "\"\(dice.pick(["", key, key, key]))\":"
          + dice.pick(["{\(node)}", "{\(node)}", "{\(node)}", "[]", "[[\"install\",\"a\"]]", "null"])
      }
      return Self.damage("{\(nodes)}", &dice)
    }
    let answers = try ask(texts.map { "graph \(hex($0))" })
    var accepted = 0
    for (text, answer) in zip(texts, answers) {
      let ours: String
      do {
        var scan = GraphScan()
        try scan.feed(text.span)
        var rows = ""
        try scan.finish().forEach { name, version in
          rows += "\(hex(name.indices.map { name[$0] }))=\(hex(version.indices.map { version[$0] }));"
        }
        ours = rows
        accepted += 1
      } catch {
        ours = error.code.rawValue
      }
      // Where a text is refused for two reasons, either may be named.
      let isSame = ours == answer || (answer == "E_JSON" && ours == "E_BAD_NAME")
      #expect(isSame, "\(String(decoding: text, as: UTF8.self)): \(ours) instead of \(answer)")
    }
    #expect(accepted > 100 && accepted < 500)
  }

  @Test func summaries() throws {
    var dice = Dice(state: 2)
    let keys = [
      "name", "download_url", "wheel_filename", "\\u0077heel_filename", "download\\u005furl", "Download_url", "", "é",
    ]
    let paths = [
      "/", "a", "\\/", "\\u002f", "\\u002F", "\\\\", "\\\"", "é", "\\u00e9", "\\ud83d\\ude00", "\\n", "\\\\u002f",
      ".whl",
    ]
    let texts = (0..<600).map { _ in
      let elements = dice.several(0...3, dice.pick([",", " ,\n"])) { dice in
        let members = dice.several(0...5, ", ") { dice in
          let value =
            switch Int.random(in: 0..<6, using: &dice) {
            case 0: dice.pick(["1", "-2.50e+3", "true", "null", "[ ]"])
            case 1: "{ \"wheel_filename\" : \"/a/b\", \"download_url\":[1 ,2] }"
            default: "\"" + dice.several(0...6, "") { $0.pick(paths) } + "\""
            }
          return "\"\(dice.pick(keys))\"\(dice.pick(["", " "])):\(dice.pick(["", "\t"]))\(value)"
        }
        return Int.random(in: 0..<30, using: &dice) == 0 ? dice.pick(["1", "[]", "null", "\"a\""]) : "{\(members)}"
      }
      return Self.damage("[\(elements)]", &dice)
    }
    let answers = try ask(texts.map { "summary \(hex($0))" })
    var accepted = 0
    for (text, answer) in zip(texts, answers) {
      let ours: String
      do {
        var rewriter = SummaryRewriter()
        var output: [UInt8] = []
        let cut = Int.random(in: 0...text.count, using: &dice)
        try rewriter.feed(text.span.extracting(first: cut), into: &output)
        try rewriter.feed(text.span.extracting(cut..<text.count), into: &output)
        try rewriter.finish(into: &output)
        ours = hex(output)
        accepted += 1
      } catch {
        ours = error.code.rawValue
      }
      #expect(ours == answer, "\(String(decoding: text, as: UTF8.self))")
    }
    #expect(accepted > 200 && accepted < 550)
  }

  @Test func constraints() throws {
    var dice = Dice(state: 3)
    let names = ["a", "A.b", "a-B", "a__b", "numpy", "7z", "-x", "é", "zope.interface", "a-", ".b", "\u{feff}a"]
    let rests = [
      "==1", " == 7.2", "", ">=1 # why", "[extra]>2", "; python_version<'3'", " @ https://h/x#y", "\u{a0}", "\u{0}",
      "\"\\", "\u{b}==",
    ]
    let ends = ["\n", "\r\n", "\n\n", "\r", " \u{c}\n", "\n\t"]
    func text(_ dice: inout Dice) -> [UInt8] {
      let lines = dice.several(0...8, "") { dice in
        dice.pick(["", "", " ", "\t", "#"]) + dice.pick(names) + dice.pick(rests) + dice.pick(ends)
      }
      var bytes = Array((dice.pick(["", "", "\u{feff}"]) + lines).utf8)
      if Int.random(in: 0..<40, using: &dice) == 0 { bytes.append(0xc3) }
      return bytes
    }
    let texts = (0..<600).map { _ in (text(&dice), text(&dice)) }
    let answers = try ask(texts.map { "constraints \(hex($0.0)) \(hex($0.1))" })
    for (text, answer) in zip(texts, answers) {
      let ours: String
      do {
        ours = hex(try ConstraintsDocument.build(requirements: text.0, constraints: text.1))
      } catch {
        ours = error.code.rawValue
      }
      #expect(ours == answer, "\(text)")
    }
    #expect(answers.count { $0.hasPrefix("E_") } > 5)
  }

  /// Changes a byte of some texts.
  private static func damage(_ text: String, _ dice: inout Dice) -> [UInt8] {
    var bytes = Array(text.utf8)
    guard Int.random(in: 0..<6, using: &dice) == 0 else { return bytes }
    let at = Int.random(in: bytes.indices, using: &dice)
    if Bool.random(using: &dice) { bytes.remove(at: at) } else { bytes[at] = UInt8.random(in: 0...255, using: &dice) }
    return bytes
  }

  private func ask(_ questions: [String]) throws -> [String] {
    let answers = try TemporaryDirectory.with { directory in
      let path = directory.file("questions")
      try Files.write(questions.joined(separator: "\n") + "\n", to: path)
      return try RunningProcess.check("python3", ["-B", "-c", Self.script, Self.root, path]).lines
    }
    try #require(answers.count == questions.count)
    return answers
  }

  private func hex(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
