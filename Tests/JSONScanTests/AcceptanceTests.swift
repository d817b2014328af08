import JSONScan
import Testing

/// What RFC 8259 lets pass, and what it does not.
@Suite struct AcceptanceTests {
  static let accepted: [String] = [
    "{}", "[]", " \t\r\n[] \t\r\n", "0", "-0", "1", "-1", "10", "1.5", "0.5", "-0.0", "1e1", "1E+1", "1e-0", "0e0",
    "1e999999", "123456789012345678901234567890", "true", "false", "null", " null ", "\"\"", "\"a\"", "[1]", "[1,2]",
    "[[],[[]],{}]", "{\"a\":1}", "{\"a\":1,\"a\":2}", "{\"\":0}", "[null, 1, \"1\", {}]",
    "{\"a\":{\"b\":[1,{\"c\":2}]}}",
    "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\u0000\"", "\"\\u001F\"", "\"\\uD83D\\uDE00\"", "\"\\uD800\"", "\"\\uDC00\"",
    "\"\\uDC00\\uD800\"", "\"\u{7f}\"", "\"\u{80}\"", "\"\u{2028}\u{2029}\"", "\"\u{fffe}\u{10ffff}\"", "\"é中😀\"",
    "[\n\n1\n,\n2\n]", "{\"a\" : \t1 }", "[\"//\", \"/* */\"]", "[-0.0e-0]", "\"\\u00e9\\u00E9\"",
  ]

  static let refused: [(String, JSONError.Code)] = [
    ("", .unexpectedEnd), (" ", .unexpectedEnd), ("\u{feff}[]", .unexpectedByte), ("[", .unexpectedEnd),
    ("]", .unexpectedByte), ("{", .unexpectedEnd), ("}", .unexpectedByte), ("[}", .unexpectedByte),
    ("{]", .unexpectedByte), ("[1,]", .unexpectedByte), ("[,1]", .unexpectedByte), ("[1,,2]", .unexpectedByte),
    ("{\"a\":1,}", .unexpectedByte), ("{,}", .unexpectedByte), ("{\"a\"}", .unexpectedByte),
    ("{\"a\":}", .unexpectedByte), ("{\"a\",1}", .unexpectedByte), ("{a:1}", .unexpectedByte),
    ("{1:1}", .unexpectedByte),
    ("{'a':1}", .unexpectedByte), ("{\"a\":1 \"b\":2}", .unexpectedByte), ("[1 2]", .unexpectedByte),
    ("[1:2]", .unexpectedByte), ("{\"a\"::1}", .unexpectedByte), ("[]]", .trailingBytes), ("{}{}", .trailingBytes),
    ("[] x", .trailingBytes), ("1 1", .trailingBytes), ("null,", .trailingBytes), ("\"a\"\"b\"", .trailingBytes),
    ("01", .trailingBytes), ("-01", .trailingBytes), ("-", .badNumber), ("+1", .unexpectedByte),
    (".5", .unexpectedByte),
    ("1.", .badNumber), ("[1.]", .badNumber), ("[-]", .badNumber), ("[-a]", .badNumber), ("1e", .badNumber),
    ("1e+", .badNumber), ("[1e]", .badNumber), ("1.e1", .badNumber), ("1.5.5", .trailingBytes),
    ("1e5.5", .trailingBytes),
    ("0x1", .trailingBytes), ("1_000", .trailingBytes), ("NaN", .unexpectedByte), ("Infinity", .unexpectedByte),
    ("-Infinity", .badNumber), ("nul", .unexpectedEnd), ("nulL", .unexpectedByte), ("True", .unexpectedByte),
    ("truee", .trailingBytes), ("[tru]", .unexpectedByte), ("undefined", .unexpectedByte), ("\"", .unexpectedEnd),
    ("\"a", .unexpectedEnd), ("\"\\\"", .unexpectedEnd), ("\"\\x41\"", .badEscape), ("\"\\u12\"", .badEscape),
    ("\"\\u12G4\"", .badEscape), ("\"\\U0041\"", .badEscape), ("\"\\a\"", .badEscape), ("\"\\'\"", .badEscape),
    ("\"\t\"", .controlCharacter), ("\"\n\"", .controlCharacter), ("\"\u{0}\"", .controlCharacter),
    ("\"\u{1f}\"", .controlCharacter), ("\"\\\n\"", .badEscape), ("[1]//x", .trailingBytes), ("/**/1", .unexpectedByte),
    ("\u{a0}1", .unexpectedByte), ("\u{c}1", .unexpectedByte), ("\u{b}1", .unexpectedByte), ("\u{0}", .unexpectedByte),
    ("1\u{0}", .trailingBytes), ("'a'", .unexpectedByte), ("(1)", .unexpectedByte), ("<a>", .unexpectedByte),
    ("[\"a\"", .unexpectedEnd), ("[\"a\",", .unexpectedEnd), ("{\"a\"", .unexpectedEnd), ("{\"a\":", .unexpectedEnd),
    ("{\"a\":1", .unexpectedEnd), ("{\"a\":1,", .unexpectedEnd), ("[1", .unexpectedEnd), ("[1,", .unexpectedEnd),
  ]

  /// Bytes that are not UTF-8, inside a string.
  static let notUTF8: [[UInt8]] = [
    [0x80], [0xbf], [0xc0, 0x80], [0xc1, 0xbf], [0xc2], [0xc2, 0x20], [0xe0, 0x80, 0x80], [0xe0, 0x9f, 0xbf],
    [0xe2, 0x82], [0xed, 0xa0, 0x80], [0xed, 0xbf, 0xbf], [0xf0, 0x80, 0x80, 0x80], [0xf0, 0x8f, 0xbf, 0xbf],
    [0xf0, 0x9f, 0x98], [0xf4, 0x90, 0x80, 0x80], [0xf5, 0x80, 0x80, 0x80], [0xff], [0xfe], [0xc2, 0xc2, 0x80],
  ]

  @Test(arguments: accepted) func accepts(_ json: String) {
    #expect(scan(Array(json.utf8)).error == nil)
  }

  @Test(arguments: refused) func refuses(_ json: String, _ code: JSONError.Code) {
    #expect(scan(Array(json.utf8)).error?.code == code)
  }

  @Test(arguments: notUTF8) func refusesWhatIsNotUTF8(_ bytes: [UInt8]) {
    for (before, after) in [("", ""), ("a", "a"), ("\\n", ""), ("12345678", "12345678"), ("é", "é")] {
      let json = [0x22] + Array(before.utf8) + bytes + Array(after.utf8) + [0x22]
      #expect(scan(json).error?.code == .invalidUTF8)
      #expect(scan([0x7b] + json + Array(":1}".utf8)).error?.code == .invalidUTF8)
    }
  }

  @Test func refusesEveryOtherFirstByte() {
    let starts = Array("\"{[-0123456789tfn \t\r\n".utf8)
    for byte in UInt8.min...UInt8.max where !starts.contains(byte) {
      #expect(scan([byte, 0x31]).error?.code == .unexpectedByte, "\(byte)")
    }
  }

  @Test func unescapes() throws {
    let json =
      #"["\"\\\/\b\f\n\r\t","\u0041\u00e9\u4e2d\ud83d\ude00","\ud800","\udc00x","\ud800\n","\ud83d\ud83d\ude00"]"#
    var scanner = JSONScanner()
    var strings = Strings()
    try scanner.feed(Array(json.utf8).span, &strings)
    try scanner.finish(&strings)
    #expect(
      strings.values == [
        "\"\\/\u{8}\u{c}\n\r\t", "Aé中😀", "\u{fffd}", "\u{fffd}x", "\u{fffd}\n", "\u{fffd}😀",
      ])
    #expect(strings.traits.map(\.hasLoneSurrogate) == [false, false, true, true, true, true])
  }
}
