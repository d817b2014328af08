import Testing
import WheelModel

/// The rules for `graph.json`: what is a graph, and which rows it has.
@Suite struct GraphScanTests {
  static func scan(_ json: [UInt8], piece: Int = .max) throws -> [String] {
    var scan = GraphScan()
    var at = 0
    while at < json.count {
      let end = piece < json.count - at ? at + piece : json.count
      try scan.feed(json.span.extracting(at..<end))
      at = end
    }
    return PackageListTests.rows(try scan.finish())
  }

  static let accepted: [(String, [String])] = [
    ("{}", []), (#"{"":{"canonicalized_name":"","version":"0","edges":[]}}"#, []),
    (#"{"":{"canonicalized_name":"root","version":"0"}}"#, []),
    (#"{"a==1":{"canonicalized_name":"a","version":"1"}}"#, ["a==1"]),
    (#"{"x==9":{"canonicalized_name":"a","version":"1"}}"#, ["a==1"]),
    (#"{"a==1":{"canonicalized_name":"a"}}"#, ["a==1"]), (#"{"a==1==2":{"canonicalized_name":"a"}}"#, ["a==1==2"]),
    (#"{"a===1":{"canonicalized_name":"a"}}"#, ["a===1"]), (#"{"a=1":{"canonicalized_name":"a"}}"#, ["a=="]),
    (#"{"a==":{"canonicalized_name":"a"}}"#, ["a=="]), (#"{"a==1":{"canonicalized_name":"a","version":""}}"#, ["a=="]),
    (#"{"a==1":{"version":"1"}}"#, []), (#"{"a==1":{"canonicalized_name":"","version":"1"}}"#, []),
    (#"{"a==1":{}}"#, []), (#"{"A==1":{"canonicalized_name":"AbÉ"}}"#, ["abÉ==1"]),
    (#"{"a==1":{"canonicalized_name":"b","canonicalized_name":"c","version":"2","version":"3"}}"#, ["c==3"]),
    (
      #"{"a==1":{"canonicalized_name":"a","version":"1"},"a==1":{"canonicalized_name":"a","version":"2"}}"#,
      ["a==1", "a==2"]
    ),
    (#"{"k1":{"canonicalized_name":"a","version":"1"},"k2":{"canonicalized_name":"A","version":"1"}}"#, ["a==1"]),
    (#"{"a==1":{"canonicali\u007aed_name":"\u0061","v\u0065rsion":"\u0031"}}"#, ["a==1"]),
    (#"{"a\u003d\u003d1":{"canonicalized_name":"a"}}"#, ["a==1"]),
    (#"{"a==1":{"edges":[{"version":1,"canonicalized_name":null,"key":"x"}],"canonicalized_name":"a"}}"#, ["a==1"]),
    (#"{"a==1":{"constraint":null,"unknown":{"version":[1]},"canonicalized_name":"a"}}"#, ["a==1"]),
    (
      #"{"a==1":{"canonicalized_name":"a","version":"1"},"b==2":{"canonicalized_name":"b","edges":[{"key":"b==2"},{"key":"a==1"}]}}"#,
      ["a==1", "b==2"]
    ),
    (#"{"":[["toplevel","a","1","a"]],"a==1":[["install","b","2","b>1"]],"b==2":[]}"#, ["a==1", "b==2"]),
    (#"{"==1":[],"Numpy==2":[]}"#, ["numpy==2"]), (#"{"bare":[]}"#, ["bare=="]),
    (#"{"a==1":[{"version":1,"canonicalized_name":2}]}"#, ["a==1"]),
    (#"{"a==1":null,"b==1":"b","c==1":1,"":true,"==2":false}"#, ["a==1", "b==1", "c==1"]),
    (#" {"\u0000":{"canonicalized_name":"\u0000"}} "#, ["\u{0}=="]),
    (#"{"\ud800":{"canonicalized_name":"a","version":"1"}}"#, ["a==1"]),
    (#"{"\ud800==1":{"canonicalized_name":"a"}}"#, ["a==1"]),
    (#"{"\ufffd==1":{"canonicalized_name":"\ufffd"}}"#, ["\u{fffd}==1"]),
    (#"{"a==1":{"canonicalized_name":"a","download_url":"\ud800"}}"#, ["a==1"]),
    (#"{"\ud800":{"canonicalized_name":""}}"#, []), (#"{"a==1":{"version":"\ud800"}}"#, []),
  ]

  static let refused: [(String, FailureCode)] = [
    ("", .json), ("[]", .json), ("null", .json), ("\"a\"", .json), ("1", .json), ("{} x", .json), ("{", .json),
    ("\u{feff}{}", .json), (#"{"a":{},}"#, .json), (#"{"a":NaN}"#, .json),
    (#"{"a==1":{"canonicalized_name":null}}"#, .json), (#"{"a==1":{"canonicalized_name":1}}"#, .json),
    (#"{"a==1":{"canonicalized_name":["a"]}}"#, .json), (#"{"a==1":{"canonicalized_name":{}}}"#, .json),
    (#"{"a==1":{"version":1.0}}"#, .json), (#"{"a==1":{"version":false}}"#, .json), (#"{"":{"version":0}}"#, .json),
    (#"{"":{"canonicalized_name":null}}"#, .json), (#"{"a==1":{"version":"1","version":[]}}"#, .json),
    (#"{"a==1":{"canonicalized_name":"\ud800"}}"#, .badName),
    (#"{"a==1":{"canonicalized_name":"a","version":"\udc00"}}"#, .badName),
    (#"{"a==\ud800":{"canonicalized_name":"a"}}"#, .badName), (#"{"\udfff==1":[]}"#, .badName),
    (#"{"a==\ud800":[]}"#, .badName),
  ]

  @Test(arguments: accepted) func finds(_ json: String, _ expected: [String]) throws {
    for piece in [1, 2, 3, 7, .max] { #expect(try Self.scan(Array(json.utf8), piece: piece) == expected) }
  }

  @Test(arguments: refused) func refuses(_ json: String, _ code: FailureCode) {
    for piece in [1, 5, .max] {
      #expect { try Self.scan(Array(json.utf8), piece: piece) } throws: { ($0 as? ContentError)?.code == code }
    }
  }

  @Test func refusesInvalidUTF8Anywhere() {
    for json in [#"{"a==1":{"x":"?"}}"#, #"{"?":{}}"#] {
      let bytes = Array(json.utf8).map { $0 == 0x3f ? 0xff : $0 }
      #expect { try Self.scan(bytes) } throws: { ($0 as? ContentError)?.code == .json }
    }
  }

  @Test func boundsNamesAndVersions() throws {
    let long = String(repeating: "x", count: 512)
    #expect(try Self.scan(Array(#"{"\#(long)==\#(long)":[]}"#.utf8)) == ["\(long)==\(long)"])
    let node = #"{"a":{"canonicalized_name":"\#(long)","version":"\#(long)"}}"#
    #expect(try Self.scan(Array(node.utf8)) == ["\(long)==\(long)"])
    let escaped = String(repeating: "\\u0078", count: 512)
    #expect(try Self.scan(Array(#"{"a==1":{"canonicalized_name":"\#(escaped)"}}"#.utf8)) == ["\(long)==1"])
    for json in [
      #"{"\#(long)x==1":[]}"#, #"{"a==\#(long)x":[]}"#, #"{"a==1":{"canonicalized_name":"\#(long)x"}}"#,
      #"{"a==1":{"canonicalized_name":"a","version":"\#(long)x"}}"#, #"{"a==\#(long)x":{"canonicalized_name":"a"}}"#,
      #"{"a==1":{"canonicalized_name":"\#(String(repeating: "x", count: 70_000))"}}"#,
      #"{"\#(String(repeating: "x", count: 70_000))==1":[]}"#,
    ] {
      #expect { try Self.scan(Array(json.utf8)) } throws: { ($0 as? ContentError)?.code == .badName }
    }
    let unused = #"{"\#(String(repeating: "k", count: 70_000))":{"canonicalized_name":"a","version":"1"}}"#
    #expect(try Self.scan(Array(unused.utf8)) == ["a==1"])
    #expect(try Self.scan(Array(#"{"a==1":{"canonicalized_name":"","version":"\#(long)x"}}"#.utf8)) == [])
  }

  @Test func boundsDepthAndLength() throws {
    func nested(_ depth: Int) -> [UInt8] {
      Array(
        (#"{"a==1":{"canonicalized_name":"a","x":"#
          + String(repeating: "[", count: depth - 2) + String(repeating: "]", count: depth - 2) + "}}").utf8)
    }
    #expect(try Self.scan(nested(512)) == ["a==1"])
    #expect { try Self.scan(nested(513)) } throws: { ($0 as? ContentError)?.code == .json }
    var limits = DocumentLimits()
    limits.bytes = 10
    var scan = GraphScan(limits: limits)
    #expect { try scan.feed(Array("{         }".utf8).span) } throws: { ($0 as? ContentError)?.code == .limit }
  }

  @Test func passesOnTheLimitsOfRows() {
    var limits = PackageListLimits()
    limits.rows = 1
    var scan = GraphScan(packages: limits)
    #expect { () throws in
      try scan.feed(Array(#"{"a==1":[],"b==1":[]}"#.utf8).span)
      _ = try scan.finish()
    } throws: { ($0 as? ContentError)?.code == .limit }
  }
}
