import Testing
import WheelModel

/// The rules for `build-sequence-summary.json`.
@Suite struct SummaryRewriterTests {
  static func rewrite(_ json: String, piece: Int = .max, limits: DocumentLimits = DocumentLimits()) throws -> String {
    let bytes = Array(json.utf8)
    var rewriter = SummaryRewriter(limits: limits)
    var output: [UInt8] = []
    var at = 0
    while at < bytes.count {
      let end = piece < bytes.count - at ? at + piece : bytes.count
      try rewriter.feed(bytes.span.extracting(at..<end), into: &output)
      at = end
    }
    try rewriter.finish(into: &output)
    return String(decoding: output, as: UTF8.self)
  }

  static let accepted: [(String, String)] = [
    ("[]", "[]"), (" [ ] \n", "[]"), ("[{}]", "[{}]"), ("[{},{}]", "[{},{}]"),
    (
      #"[{"name": "a", "version": "1", "prebuilt": false, "download_url": "https://h/a", "wheel_filename": "/w/a-1.whl", "skipped": true}]"#,
      #"[{"name":"a","version":"1","prebuilt":false,"wheel_filename":"a-1.whl","skipped":true}]"#
    ),
    (#"[{"z":1,"download_url":{"x":[1]},"a":1e5,"download_url":null}]"#, #"[{"z":1,"a":1e5}]"#),
    (
      #"[{"\u0064ownload_url":1,"wheel\u005ffilename":"\/a\u002fb\/c\u00e9"}]"#, #"[{"wheel\u005ffilename":"c\u00e9"}]"#
    ),
    (
      #"[{"wheel_filename":"/a","wheel_filename":"b/c","wheel_filename":"/"}]"#,
      #"[{"wheel_filename":"a","wheel_filename":"c","wheel_filename":""}]"#
    ),
    (
      #"[{"wheel_filename":null},{"wheel_filename":["/a"]},{"wheel_filename":{"wheel_filename":"/a"}}]"#,
      #"[{"wheel_filename":null},{"wheel_filename":["/a"]},{"wheel_filename":{"wheel_filename":"/a"}}]"#
    ),
    (
      #"[{"wheel_filename":"no slash"},{"wheel_filename":"C:\\a\\b"},{"wheel_filename":"a\\u002fb"}]"#,
      #"[{"wheel_filename":"no slash"},{"wheel_filename":"C:\\a\\b"},{"wheel_filename":"a\\u002fb"}]"#
    ),
    (
      #"[{"x":{"download_url":1,"wheel_filename":"/a"},"y":[{"download_url":2}]}]"#,
      #"[{"x":{"download_url":1,"wheel_filename":"/a"},"y":[{"download_url":2}]}]"#
    ),
    (
      #"[{"Download_url":1,"download_url ":2,"wheel_filenam":"/a","wheel_filenames":"/a","":"/a"}]"#,
      #"[{"Download_url":1,"download_url ":2,"wheel_filenam":"/a","wheel_filenames":"/a","":"/a"}]"#
    ),
    (
      #"[{"name":"a / b","url":"download_url","n":1.50,"s":"\ud800 \u0000"}]"#,
      #"[{"name":"a / b","url":"download_url","n":1.50,"s":"\ud800 \u0000"}]"#
    ),
    (#"[{"wheel_filename":"/x\/é😀\"\\\n"}]"#, #"[{"wheel_filename":"é😀\"\\\n"}]"#),
    (#"[{"download_url":1}, {"a":2}]"#, #"[{},{"a":2}]"#),
  ]

  @Test(arguments: accepted) func keeps(_ json: String, _ expected: String) throws {
    for piece in [1, 2, 3, 5, 11, .max] { #expect(try Self.rewrite(json, piece: piece) == expected) }
  }

  @Test(arguments: [
    "", "{}", "null", "\"a\"", "1", "[1]", "[null]", "[\"a\"]", "[[]]", "[{},1]", "[{}", "[{},]", "[{}] []",
    "[{'a':1}]",
    #"[{"download_url":01}]"#, #"[{"download_url":"\x"}]"#, "\u{feff}[]", #"[{"wheel_filename":"a"#,
  ]) func refuses(_ json: String) {
    for piece in [1, 4, .max] {
      #expect { try Self.rewrite(json, piece: piece) } throws: { ($0 as? ContentError)?.code == .json }
    }
  }

  @Test func bounds() throws {
    let deep = { (depth: Int) in
      "[{\"a\":" + String(repeating: "[", count: depth - 2) + String(repeating: "]", count: depth - 2) + "}]"
    }
    #expect(try Self.rewrite(deep(512)) == deep(512))
    #expect { try Self.rewrite(deep(513)) } throws: { ($0 as? ContentError)?.code == .json }
    var limits = DocumentLimits()
    limits.bytes = 4
    #expect(try Self.rewrite("[{}]", limits: limits) == "[{}]")
    #expect { try Self.rewrite("[{}] ", limits: limits) } throws: { ($0 as? ContentError)?.code == .limit }
    let long = "[{\"wheel_filename\":\"" + String(repeating: "x", count: 1 << 20) + "\"}]"
    #expect { try Self.rewrite(long, piece: 1000) } throws: { ($0 as? ContentError)?.code == .limit }
  }
}
