import JSONScan
import Testing
import WheelModel

/// The rules for `requirements.txt` and `constraints.txt`.
@Suite struct ConstraintsDocumentTests {
  static func build(_ requirements: String, _ constraints: String) throws -> String {
    let document = try ConstraintsDocument.build(
      requirements: Array(requirements.utf8), constraints: Array(constraints.utf8))
    return String(decoding: document, as: UTF8.self)
  }

  static func expected(_ main: [String], _ all: [String]) -> String {
    var output = Array("{\"main\":[".utf8)
    for (index, line) in main.enumerated() {
      if index > 0 { output.append(0x2c) }
      JSONText.append(line, to: &output)
    }
    output += "],\"all\":[".utf8
    for (index, line) in all.enumerated() {
      if index > 0 { output.append(0x2c) }
      JSONText.append(line, to: &output)
    }
    return String(decoding: output + Array("]}".utf8), as: UTF8.self)
  }

  static let cases: [(requirements: String, constraints: String, main: [String], all: [String])] = [
    ("", "", [], []), ("numpy", "", ["numpy"], []), ("", "numpy==1", [], ["numpy==1"]),
    ("numpy>=1\n", "numpy==1.26\n", ["numpy==1.26"], ["numpy==1.26"]),
    ("zope.interface\n", "zope.interface == 7.2\n", ["zope.interface== 7.2"], ["zope.interface == 7.2"]),
    ("Zope_-Interface\n", "zope.interface==7.2\n", ["Zope_-Interface==7.2"], ["zope.interface==7.2"]),
    ("torch[cuda]>=2 ; python_version<'4'", "torch==2.1", ["torch==2.1"], ["torch==2.1"]),
    ("torch[cuda]>=2 ; x", "other==1", ["torch[cuda]>=2 ; x"], ["other==1"]),
    ("a\nb\n", "b==1\na==2\nb==3\n", ["a==2", "b==3"], ["b==1", "a==2", "b==3"]),
    ("a", "a", ["a"], ["a"]), ("a", "a ", ["a"], ["a"]), ("a>1", "a  # why", ["a"], ["a"]),
    ("a # comment\n#all\n  # more\n", "# NOTE: x\n a==1 # y\n", ["a==1"], ["a==1"]),
    ("a @ https://h/x#egg=a\n", "", ["a @ https://h/x"], []),
    ("-r other.txt\n--hash=1\n.\n_x\n", "-c y\n", [], ["-c y"]),
    ("\u{feff}a\n", "\u{feff}a==1", ["a==1"], ["a==1"]),
    ("a\u{feff}", "\n\u{feff}a==1", ["a\u{feff}"], ["\u{feff}a==1"]),
    ("\u{feff}", "\u{feff}# x", [], []), ("a\r\nb\r\n", "a==1\r\nb==2\r", ["a==1", "b==2"], ["a==1", "b==2"]),
    ("a\rb", "a==1\rb==2", ["a==1\rb==2"], ["a==1\rb==2"]), ("a\r\r\n", "", ["a"], []),
    ("\u{b}\u{c}a\t \u{c}\n \t\n", " \u{b}a\u{b}==1\u{b}", ["a==1"], ["a\u{b}==1"]),
    ("\u{a0}a\nb\u{a0}", "b\u{a0}==1", ["b\u{a0}==1"], ["b\u{a0}==1"]), ("\u{85}a", "", [], []),
    ("foo-==1\nfoo-\n", "foo==2", ["foo==2", "foo==2"], ["foo==2"]), ("foo\n", "foo-==2", ["foo-==2"], ["foo-==2"]),
    ("a..b", "A-B==1", ["a..b==1"], ["A-B==1"]), ("ab", "a-b==1", ["ab"], ["a-b==1"]),
    ("7zip", "7Zip==1", ["7zip==1"], ["7Zip==1"]), ("é\naé==1", "a==2", ["a==2"], ["a==2"]),
    ("a\u{0}b \"x\\", "x\u{1}", ["a\u{0}b \"x\\"], ["x\u{1}"]),
    ("a\na\na", "a==1", ["a==1", "a==1", "a==1"], ["a==1"]),
    ("a", "a==1; python_version < '3'", ["a==1; python_version < '3'"], ["a==1; python_version < '3'"]),
    ("a", "==1\n>2", ["a"], ["==1", ">2"]), ("😀a", "", [], []), ("a\u{2028}b", "", ["a\u{2028}b"], []),
  ]

  @Test(arguments: cases.indices) func builds(_ index: Int) throws {
    let test = Self.cases[index]
    #expect(try Self.build(test.requirements, test.constraints) == Self.expected(test.main, test.all))
  }

  @Test func isCompactJSON() throws {
    #expect(
      try Self.build("zope.interface\nx \"y\"", "zope.interface == 7.2")
        == #"{"main":["zope.interface== 7.2","x \"y\""],"all":["zope.interface == 7.2"]}"#)
  }

  @Test(arguments: [[0xff], [0x61, 0x0a, 0x23, 0x80], [0xc3], [0xed, 0xa0, 0x80], [0xef, 0xbb]] as [[UInt8]])
  func refusesWhatIsNotUTF8(_ bytes: [UInt8]) {
    #expect { try ConstraintsDocument.build(requirements: bytes, constraints: []) } throws: {
      ($0 as? ContentError)?.code == .encoding
    }
    #expect { try ConstraintsDocument.build(requirements: [], constraints: bytes) } throws: {
      ($0 as? ContentError)?.code == .encoding
    }
  }

  @Test func findsEveryOneOfManyConstraints() throws {
    let requirements = (0..<5000).map { "Package.\($0)\n" }.joined()
    let constraints =
      (0..<5000).map { "package-\($0)==0\n" }.joined() + (0..<5000).map { "package_\($0)==\($0)\n" }.joined()
    let main = (0..<5000).map { "Package.\($0)==\($0)" }
    let all = (0..<5000).map { "package-\($0)==0" } + (0..<5000).map { "package_\($0)==\($0)" }
    #expect(try Self.build(requirements, constraints) == Self.expected(main, all))
  }

  @Test func writesInPieces() throws {
    let requirements = Array((0..<30_000).map { "package-\($0)\n" }.joined().utf8)
    var pieces: [Int] = []
    var joined: [UInt8] = []
    try ConstraintsDocument.write(requirements: requirements, constraints: []) { piece in
      pieces.append(piece.count)
      for index in piece.indices { joined.append(piece[index]) }
    }
    #expect(try ConstraintsDocument.build(requirements: requirements, constraints: []) == joined)
    #expect(pieces.count > 3)
    #expect(pieces.allSatisfy { $0 < 70_000 })
  }
}
