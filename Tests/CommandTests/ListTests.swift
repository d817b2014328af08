import JSONScan
import TestSupport
import Testing

/// What lists print: field names, formats, choice of rows and columns.
struct ListTests {
  static let members = [
    "releases": [
      "product_key", "repository_key", "tag", "name", "description", "created_at", "released_at", "commit", "complete",
      "sequence", "collected_at", "withdrawn_at", "artifact_keys",
    ],
    "artifacts": [
      "key", "product_key", "repository_key", "tag", "commit", "type", "environments", "arch", "archs", "variant",
      "raw_variant", "series", "created_at", "package_names", "drop_keys", "asset", "documents", "sequence",
      "collected_at", "withdrawn_at",
    ],
    "drops": ["key", "name", "product_key", "product_version", "created_at"],
    "failures": [
      "product_key", "repository_key", "tag", "asset", "code", "message", "permanent", "first_at", "last_at",
      "attempts", "next_due",
    ],
    "log": [
      "sequence", "operation", "product_key", "repository_key", "tag", "committed_at", "chain", "record_hash",
    ],
  ]

  @Test(arguments: Array(members.keys)) func fieldNamesAreTheDomains(list: String) throws {
    let result = try SampleStore.run("dump", list, "--format", "ndjson")
    #expect(result.exitCode == 0)
    let first = try #require(result.lines.first)
    #expect(try Members.of(first) == Self.members[list])
    for line in result.lines { #expect(throws: Never.self) { try Members.of(line) } }
  }

  @Test func stableLeavesOutWhatDiffers() throws {
    let line = try #require(try SampleStore.run("dump", "artifacts", "--format", "ndjson", "--stable").lines.first)
    #expect(try Members.of(line) == Self.members["artifacts"]?.filter { $0 != "sequence" && $0 != "collected_at" })
    for name in ["etag", "last_modified", "stored_bytes", "depth"] { #expect(!line.contains("\"\(name)\"")) }
    let failure = try #require(try SampleStore.run("dump", "failures", "--format", "ndjson", "--stable").lines.first)
    #expect(
      try Members.of(failure) == ["product_key", "repository_key", "tag", "asset", "code", "message", "permanent"])
  }

  @Test(arguments: ["products", "releases", "artifacts", "drops", "packages", "failures", "runs", "log"])
  func allFormatsHaveTheSameRows(list: String) throws {
    let json = try SampleStore.run("dump", list, "--format", "json")
    let ndjson = try SampleStore.run("dump", list, "--format", "ndjson")
    let csv = try SampleStore.run("dump", list, "--format", "csv")
    let table = try SampleStore.run("dump", list)
    for result in [json, ndjson, csv, table] { #expect(result.exitCode == 0) }
    #expect(json.text == "[\n" + ndjson.lines.joined(separator: ",\n") + "\n]\n")
    #expect(csv.lines.count == ndjson.lines.count + 1)
    #expect(table.lines.count == ndjson.lines.count + 1)
  }

  @Test func columnsSortLimitAndOffset() throws {
    func keys(_ more: String...) throws -> [String] {
      let arguments = ["dump", "artifacts", "--repository", "wheels-http", "--columns", "key", "--format", "csv"]
      return Array(try Wheelspool.run(arguments + more, store: try SampleStore.path()).lines.dropFirst())
    }
    let all = try keys()
    #expect(all.count == 4)
    #expect(try keys("--limit", "2") == Array(all.prefix(2)))
    #expect(try keys("--offset", "1", "--limit", "2") == Array(all[1...2]))
    #expect(try keys("--sort", "-created_at") == all.reversed())
    #expect(try keys("--sort", "-created_at", "--limit", "1") == Array(all.suffix(1)))
    #expect(try keys("--limit", "0").isEmpty)
  }

  @Test(arguments: ["", ",", " , "]) func aListNeedsAColumn(columns: String) throws {
    for command in [["dump", "releases"], ["dump", "artifact", "3.3.0.12+http"], ["packages", "certifi"]] {
      for format in ["table", "csv", "ndjson"] {
        let result = try Wheelspool.run(
          command + ["--columns", columns, "--format", format], store: try SampleStore.path())
        #expect(result.exitCode == 2, "\(command) \(format): \(result.errorText)")
        #expect(result.text.isEmpty)
        if columns != " , " { #expect(result.errorText.contains("name at least one column (E_USAGE)")) }
      }
    }
    let unstable = try SampleStore.run("dump", "releases", "--stable", "--columns", "sequence")
    #expect(unstable.exitCode == 2)
    #expect(unstable.errorText.contains("that --stable does not leave out (E_USAGE)"))
  }

  @Test func aColumnIsShownOnce() throws {
    let result = try SampleStore.run("dump", "releases", "--columns", "tag,commit,tag", "--format", "ndjson")
    #expect(try Members.of(try #require(result.lines.first)) == ["tag", "commit"])
  }

  /// Numbers of rows up to the largest that there is: no sum of them may overflow.
  @Test(arguments: ["4611686018427387903", "4611686018427387904", "9223372036854775807"])
  func rowsWithoutEnd(number: String) throws {
    let list = ["dump", "artifacts", "--format", "csv", "--columns", "key"]
    let store = try SampleStore.path()
    let all = try Wheelspool.run(list, store: store).lines
    #expect(try Wheelspool.run(list + ["--limit", number], store: store).lines == all)
    #expect(try Wheelspool.run(list + ["--sort", "key", "--limit", number], store: store).lines.count == all.count)
    for more in [
      ["--limit", "1"], ["--limit", number], ["--limit", "1", "--sort", "key"], ["--limit", number, "--sort", "key"],
    ] {
      let result = try Wheelspool.run(list + ["--offset", number] + more, store: store)
      #expect(result.exitCode == 0)
      #expect(result.lines == ["key"])
    }
  }

  @Test func filtersAgree() throws {
    func count(_ arguments: String...) throws -> Int {
      try Wheelspool.run(["dump"] + arguments + ["--format", "ndjson"], store: try SampleStore.path()).lines.count
    }
    #expect(try count("artifacts", "--series", "3.3") == 2)
    #expect(try count("artifacts", "--series", "3.3", "--variant", "http-cpu-ubi9") == 1)
    #expect(try count("artifacts", "--arch", "s390x") == 1)
    #expect(try count("artifacts", "--tag", "v2.3+odd") == 2)
    #expect(try count("artifacts", "--package", "HTTPX") == 2)
    #expect(try count("releases", "--package", "httpx") == 2)
    #expect(try count("releases", "--arch", "ppc64le") == 1)
    #expect(try count("drops", "--repository", "wheels-http") == 4)
    #expect(try count("artifacts", "--product", "rhai", "--repository", "wheels-http", "--since", "2026-04-07") == 1)
    #expect(try count("log", "--tag", "v3.3.0.12+http-cpu-ubi9") == 1)
    #expect(try count("log", "--series", "3.3") == 2)
    #expect(try count("log", "--series", "3.3", "--variant", "http-cpu-ubi9") == 1)
    #expect(try count("log", "--variant", "none") == 0)
  }

  @Test func failuresAreChosenByTagAndAsset() throws {
    let directory = try TemporaryDirectory()
    let store = directory.file("s.store")
    try HostileStore.make(at: store, plainReleases: 2)
    func count(_ arguments: String...) throws -> Int {
      try Wheelspool.run(["dump", "failures"] + arguments + ["--format", "ndjson"], store: store).lines.count
    }
    #expect(try count() == HostileStore.names.count + 2)
    #expect(try count("--series", "2.1") == 1)
    #expect(try count("--series", "2.1", "--variant", "plain") == 1)
    #expect(try count("--series", "2.1", "--variant", "other") == 0)
    #expect(try count("--variant", "plain") == 2)
    // Their assets are not named as wheel tarballs are.
    #expect(try count("--arch", "x86_64") == 0)
  }

  /// The filters that a list has no answer to.
  static let refused = [
    "products": ["series", "variant", "arch", "tag", "since", "package"], "failures": ["package"],
    "runs": ["product", "repository", "series", "variant", "arch", "tag", "package"], "log": ["arch", "package"],
    "releases": [], "artifacts": [], "drops": [], "packages": [],
  ]

  @Test(arguments: Array(refused.keys)) func whatAListCannotAnswerIsRefused(list: String) throws {
    for option in ["product", "repository", "series", "variant", "arch", "tag", "package", "since"] {
      let value = option == "since" ? "2026-01-01" : "zzz"
      let result = try SampleStore.run("dump", list, "--" + option, value)
      guard Self.refused[list]?.contains(option) == true else {
        #expect(result.exitCode == 0, "\(option): \(result.errorText)")
        continue
      }
      #expect(result.exitCode == 2)
      #expect(result.text.isEmpty)
      #expect(result.errorText.contains("dump \(list) takes no --\(option) (E_USAGE)"), "\(result.errorText)")
    }
  }

  @Test func catalogueCountsAgreeWithTheSlowWay() throws {
    let quick = try SampleStore.run("packages", "--all", "--format", "csv", "--product", "rhai")
    let slow = try SampleStore.run("packages", "--all", "--format", "csv", "--since", "1970-01-01")
    #expect(quick.lines.count > 10)
    #expect(quick.lines == slow.lines)
  }

  @Test func documentIsByteForByte() throws {
    let key = "3.3.0.12+http-cpu-ubi9-x86_64"
    let stored = try SampleStore.run("dump", "document", key, "dependency_graph")
    let tarball = "\(Wheelspool.fixtures)/wheels-http/v3.3.0.12+http-cpu-ubi9/wheels-\(key).tar.gz"
    let original = try RunningProcess.check(
      "tar", ["-xzOf", tarball, "wheels-\(key)/release/outputs/graph.json"])
    #expect(stored.output == original.output)
    let pretty = try SampleStore.run("dump", "document", key, "constraints_file", "--pretty")
    #expect(pretty.text.hasPrefix("{\n  \"main\": [\n    \""))
    #expect(pretty.text.hasSuffix("\n  ]\n}\n"))
  }

  @Test func overviewAndStatusAreJSON() throws {
    #expect(try Members.of(try SampleStore.run("dump", "--format", "json").text).contains("repositories"))
    #expect(try Members.of(try SampleStore.run("status", "--format", "json").text).contains("databases"))
  }
}

/// The names of a JSON object's members, in order.
struct Members: JSONVisitor {
  private var names: [String] = []
  private var depth = 0

  static func of(_ text: String) throws -> [String] {
    var scanner = JSONScanner()
    var members = Members()
    try scanner.feed(Array(text.utf8).span, &members)
    try scanner.finish(&members)
    return members.names
  }

  mutating func beginObject(depth: Int) { self.depth = depth }
  mutating func endObject(depth: Int) { self.depth = depth - 1 }
  mutating func beginArray(depth: Int) { self.depth = depth }
  mutating func endArray(depth: Int) { self.depth = depth - 1 }

  mutating func key(_ utf8: Span<UInt8>, _ traits: JSONTextTraits) {
    if depth == 1 { names.append(String(decoding: utf8.indices.map { utf8[$0] }, as: UTF8.self)) }
  }
}
