import JSONScan
import Testing

/// Strings as `JSON.stringify` writes them, and integers.
@Suite struct TextTests {
  @Test(arguments: [
    ("", #""""#), ("a", #""a""#), ("\"\\/", #""\"\\/""#), ("\u{8}\t\n\u{c}\r", #""\b\t\n\f\r""#),
    ("\u{0}\u{1}\u{b}\u{e}\u{1f}", #""\u0000\u0001\u000b\u000e\u001f""#),
    ("\u{7f}\u{80}é中😀\u{2028}", "\"\u{7f}\u{80}é中😀\u{2028}\""),
    ("0123456789\n0123456789é\"", #""0123456789\n0123456789é\"""#),
  ]) func writes(_ string: String, _ expected: String) {
    var output: [UInt8] = [0x5b]
    JSONText.append(string, to: &output)
    #expect(String(decoding: output, as: UTF8.self) == "[" + expected)
  }

  @Test func whatIsWrittenReadsBack() throws {
    for byte in UInt8.min..<0x80 {
      var output: [UInt8] = []
      JSONText.append([0x61, byte, 0x62].span, to: &output)
      var scanner = JSONScanner()
      var strings = Strings()
      try scanner.feed(output.span, &strings)
      try scanner.finish(&strings)
      #expect(strings.values == ["a" + String(Unicode.Scalar(byte)) + "b"])
    }
  }

  @Test(
    arguments: [
      ("0", 0), ("-0", 0), ("17", 17), ("9223372036854775807", Int64.max), ("-9223372036854775808", Int64.min),
      ("9223372036854775808", nil), ("-9223372036854775809", nil), ("1.0", nil), ("1e3", nil), ("", nil), ("-", nil),
      ("99999999999999999999999999", nil),
    ] as [(String, Int64?)]) func readsIntegers(_ text: String, _ expected: Int64?)
  {
    #expect(JSONText.integer(Array(text.utf8).span) == expected)
  }
}
