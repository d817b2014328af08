import Testing
import WheelModel

@Suite("Pages of a release listing")
struct ListingParserTests {
  /// Parses a page in pieces of `size` bytes.
  private func rows(_ page: String, size: Int = .max, limits: ListingLimits = ListingLimits()) throws -> [ListingRow] {
    let bytes = Array(page.utf8)
    var parser = ListingParser(limits: limits)
    var rows: [ListingRow] = []
    var at = 0
    while at < bytes.count {
      let end = at + min(size, bytes.count - at)
      rows += try parser.feed(bytes.span.extracting(at..<end))
      at = end
    }
    try parser.finish()
    #expect(parser.rowCount == rows.count)
    return rows
  }

  private static let full = #"""
    [{"name":"Three","tag_name":"v3.2+cuda-ubi9","description":"notes \u00e9\n","created_at":"2026-04-07T21:58:27.082Z",
      "released_at":"2026-04-08T00:00:00+02:00","upcoming_release":false,"author":{"name":"x","id":1,"tag_name":"no"},
      "commit":{"id":"abc","parent_ids":["def"],"stats":{"id":"no"}},"evidences":[{"id":3,"name":"wheels-1-x.tar.gz"}],
      "assets":{"count":3,"sources":[{"format":"tar.gz","url":"https://h/s.tar.gz","name":"wheels-1-s.tar.gz"}],
        "links":[{"id":12,"name":" wheels-3.2+cuda-ubi9-x86_64.tar.gz ","url":"https://h/a?t=1","extra":{"name":"no"}},
                 {"id":11,"name":"notes.txt","url":"https://h/n"}]},
      "_links":{"self":"https://h/x"}}]
    """#

  @Test("are read however they are cut", arguments: [1, 2, 3, 7, 64, 1 << 20])
  func anyChunk(_ size: Int) throws {
    let rows = try rows(Self.full, size: size)
    let expected = UpstreamRelease(
      tag: try #require(Tag("v3.2+cuda-ubi9")), name: "Three", description: "notes é\n",
      createdAt: try #require(Timestamp(rfc3339: "2026-04-07T21:58:27.082Z")),
      releasedAt: Timestamp(rfc3339: "2026-04-07T22:00:00Z"), commit: "abc",
      links: [
        UpstreamLink(
          id: 12, name: try #require(AssetName("wheels-3.2+cuda-ubi9-x86_64.tar.gz")), url: "https://h/a?t=1")
      ])
    #expect(rows == [.release(expected)])
  }

  @Test("may be empty")
  func empty() throws {
    #expect(try rows(" [ ] ") == [])
  }

  @Test("may lack everything that is not needed")
  func sparse() throws {
    let page = #"""
      [{"tag_name":"1+a","commit":{"id":"c"},"created_at":"2026-01-01T00:00:00Z","released_at":"soon","name":null,
        "description":null,"author":null,"assets":null},
       {"tag_name":"2+a","commit":{"id":"c"},"created_at":"2026-01-01T00:00:00Z","assets":{"links":null}},
       {"tag_name":"3+a","commit":{"id":"c"},"created_at":"2026-01-01T00:00:00Z","assets":{"links":{}},"released_at":7},
       {"tag_name":"4+a","commit":{"id":"c"},"created_at":"2026-01-01T00:00:00Z","assets":{"links":[1,"x",[{}],null]}}]
      """#
    for row in try rows(page) {
      guard case .release(let release) = row else {
        Issue.record("\(row)")
        continue
      }
      #expect(release.links == [] && release.releasedAt == nil && release.name == nil && release.description == nil)
    }
  }

  @Test(
    "name what is wrong with a row and go on",
    arguments: [
      (#"{}"#, nil, .noTag), (#"{"tag_name":null}"#, nil, .noTag), (#"{"tag_name":""}"#, nil, .noTag),
      (#"{"tag_name":5}"#, nil, .noTag), (#"{"tag_name":{"a":"1+a"}}"#, nil, .noTag),
      (#"{"tag_name":"v1.0"}"#, "v1.0", .tag), (#"{"tag_name":"1+\ud800"}"#, "1+\u{fffd}", .tag),
      (#"{"tag_name":"1+a"}"#, "1+a", .noCommit), (#"{"tag_name":"1+a","commit":null}"#, "1+a", .noCommit),
      (#"{"tag_name":"1+a","commit":{"id":""}}"#, "1+a", .noCommit),
      (#"{"tag_name":"1+a","commit":{"id":7}}"#, "1+a", .noCommit),
      (#"{"tag_name":"1+a","commit":{"id":"c"},"commit":[]}"#, "1+a", .noCommit),
      (#"{"tag_name":"1+a","commit":{"id":"c"}}"#, "1+a", .date),
      (#"{"tag_name":"1+a","commit":{"id":"c"},"created_at":"2026-02-30T00:00:00Z"}"#, "1+a", .date),
      (#"{"tag_name":"1+a","commit":{"id":"c"},"created_at":1700000000}"#, "1+a", .date),
    ] as [(String, Text?, FailureCode)])
  func rejected(_ row: String, _ tag: Text?, _ code: FailureCode) throws {
    let good = #"{"tag_name":"9+a","commit":{"id":"c"},"created_at":"2026-01-01T00:00:00Z"}"#
    let rows = try rows("[\(row),\(good)]")
    try #require(rows.count == 2)
    guard case .rejected(let seen, let rejection) = rows[0] else {
      Issue.record("\(rows[0])")
      return
    }
    #expect(seen == tag && rejection.code == code)
    #expect(rows[1].tag == "9+a")
  }

  @Test("show releases that are not yet out, whatever else is missing in them")
  func upcoming() throws {
    #expect(try rows(#"[{"tag_name":"1+a","upcoming_release":true}]"#) == [.upcoming(tag: "1+a")])
    #expect(try rows(#"[{"upcoming_release":true}]"#)[0].tag == nil)
    guard case .rejected = try rows(#"[{"tag_name":"1+a","upcoming_release":"true"}]"#)[0] else {
      Issue.record("a string is not true")
      return
    }
  }

  @Test(
    "that are no list of objects are refused",
    arguments: [
      "", "{}", "null", "5", "\"x\"", "[1]", "[null]", "[[]]", "[{}", "[{},]", "[{}]]", "<html>", "\u{feff}[]",
      #"{"message":"404 Project Not Found"}"#, "[{}] []",
    ])
  func notAListing(_ page: String) {
    #expect(throws: ListingError.self) { try rows(page) }
  }

  @Test("are held to their limits")
  func limits() throws {
    var limits = ListingLimits()
    limits.pageBytes = 10
    #expect(throws: ListingError.self) { try rows("[          ]", limits: limits) }
    #expect(try rows("[        ]", limits: limits) == [])

    limits = ListingLimits()
    limits.textBytes = 40
    let long = String(repeating: "x", count: 41)
    let fields = #""tag_name":"1+a","commit":{"id":"c"},"created_at":"2026-01-01T00:00:00Z""#
    #expect(code(try rows(#"[{\#(fields),"description":"\#(long)"}]"#, limits: limits)) == .limit)
    #expect(code(try rows(#"[{\#(fields),"author":"\#(long)","tag_name":"\#(long)"}]"#, limits: limits)) == .limit)
    #expect(code(try rows(#"[{\#(fields),"author":"\#(long)"}]"#, limits: limits)) == nil)

    limits = ListingLimits()
    limits.linksPerRow = 2
    let link = #"{"id":1,"name":"wheels-1-a.tar.gz","url":"u"}"#
    let two = #"[{\#(fields),"assets":{"links":[\#(link),{"name":"x"},\#(link)]}}]"#
    let three = #"[{\#(fields),"assets":{"links":[\#(link),\#(link),\#(link)]}}]"#
    #expect(code(try rows(two, limits: limits)) == nil)
    #expect(code(try rows(three, limits: limits)) == .limit)
  }

  private func code(_ rows: [ListingRow]) -> FailureCode? {
    guard case .rejected(_, let rejection)? = rows.first else { return nil }
    return rejection.code
  }

  @Test("take the last of a field that is there twice")
  func duplicateKeys() throws {
    let page = #"""
      [{"tag_name":"0+a","commit":{"id":"b"},"created_at":"x","tag_name":"1+a","commit":{"id":"c"},
        "created_at":"2026-01-01T00:00:00Z","assets":{"links":[{"name":"wheels-1-a.tar.gz"}]},
        "assets":{"links":[{"id":99999999999999999999,"name":"n","name":"wheels-1-b.tar.gz"}]}}]
      """#
    guard case .release(let release) = try rows(page)[0] else {
      Issue.record("not a release")
      return
    }
    #expect(release.tag.text == "1+a" && release.commit == "c")
    #expect(release.links.map(\.name.text) == ["wheels-1-b.tar.gz"])
    #expect(release.links.map(\.id) == [0] && release.links.map(\.url) == [""])
  }
}
