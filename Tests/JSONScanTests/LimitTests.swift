import JSONScan
import Testing

/// What happens at the limits, and where errors are said to be.
@Suite struct LimitTests {
  @Test(arguments: [1, 2, 63, 64, 65, 128, 129, 512]) func countsLevels(_ depth: Int) {
    for open in [["["], ["{\"a\":"], ["[", "{\"a\":"]] {
      let opened = (0..<depth).map { open[$0 % open.count] }
      let closed = opened.reversed().map { $0 == "[" ? "]" : "}" }
      let json = Array((opened.joined() + "1" + closed.joined()).utf8)
      #expect(scan(json, limits: JSONLimits(depth: depth)).error == nil)
      #expect(scan(json, limits: JSONLimits(depth: depth - 1)).error?.code == .tooDeep)
      let crossed = Array((opened.joined() + "1" + closed.dropLast().joined() + (closed.last == "]" ? "}" : "]")).utf8)
      #expect(scan(crossed, limits: JSONLimits(depth: depth)).error?.code == .unexpectedByte)
    }
  }

  @Test func refusesAHundredThousandLevelsAtTheLimit() {
    let error = scan([UInt8](repeating: 0x5b, count: 100_000)).error
    #expect(error == JSONError(.tooDeep, offset: 512, line: 1, column: 513))
  }

  @Test func truncatesWhatIsLongerThanCaptured() {
    for json in ["\"abcdef\"", "\"\\u0061bcdef\"", "123456"] {
      let whole = scan(Array(json.utf8), limits: JSONLimits(capturedBytes: 6)).events[0]
      let cut = scan(Array(json.utf8), limits: JSONLimits(capturedBytes: 3)).events[0]
      let bytes = json.hasPrefix("1") ? ("31 32 33", "34 35 36") : ("61 62 63", "64 65 66")
      #expect(whole.contains(" \(bytes.0) \(bytes.1) "))
      #expect(cut.contains(" \(bytes.0) ") && !cut.contains(" \(bytes.0) \(bytes.1) 6"))
      #expect(whole.contains("true") == false)
      #expect(cut.contains("true"))
    }
  }

  @Test func saysHowLongATruncatedTextIs() throws {
    let json = "[\"" + String(repeating: "é", count: 1000) + "\",\"\\u00e9" + String(repeating: "é", count: 999) + "\"]"
    var scanner = JSONScanner(limits: JSONLimits(capturedBytes: 7))
    var strings = Strings()
    try scanner.feed(Array(json.utf8).span, &strings)
    try scanner.finish(&strings)
    #expect(strings.traits == [JSONTextTraits(byteCount: 2000, isTruncated: true), strings.traits[0]])
  }

  @Test(arguments: 0..<9) func stopsAtTheTotal(_ total: Int) {
    let json = Array("[1, 2]  ".utf8)
    for cut in 0...json.count {
      let error = scan(json, cuts: [cut], limits: JSONLimits(totalBytes: total)).error
      if total == 8 {
        #expect(error == nil)
      } else {
        #expect(error == JSONError(.tooLong, offset: total, line: 1, column: total + 1))
      }
    }
  }

  @Test func tellsThePlace() {
    let json = Array("{\n  \"a\": 1,\n  \"é\": tru3\n}".utf8)
    for cut in 0...json.count {
      #expect(scan(json, cuts: [cut]).error == JSONError(.unexpectedByte, offset: 23, line: 3, column: 12))
    }
    #expect(scan(Array("[\r\n1,\r\n".utf8)).error == JSONError(.unexpectedEnd, offset: 7, line: 3, column: 1))
    #expect("\(JSONError(.badNumber, offset: 9, line: 2, column: 3))" == "invalid number at line 2, column 3 (byte 9)")
  }

  @Test func isSpentAfterAnError() throws {
    var scanner = JSONScanner()
    var nothing = JSONValidation()
    #expect(throws: JSONError.self) { try scanner.feed(Array("[}".utf8).span, &nothing) }
    #expect { try scanner.feed(Array("]".utf8).span, &nothing) } throws: { ($0 as? JSONError)?.code == .failedBefore }
    #expect { try scanner.finish(&nothing) } throws: { ($0 as? JSONError)?.code == .failedBefore }
  }

  @Test func isSpentAfterTheVisitorThrew() throws {
    struct Refusal: Error {}
    struct Refuser: JSONVisitor {
      mutating func string(_ utf8: Span<UInt8>, _ traits: JSONTextTraits) throws { throw Refusal() }
    }
    var scanner = JSONScanner()
    var refuser = Refuser()
    #expect(throws: Refusal.self) { try scanner.feed(Array("[\"a\"]".utf8).span, &refuser) }
    #expect { try scanner.finish(&refuser) } throws: { ($0 as? JSONError)?.code == .failedBefore }
  }
}
