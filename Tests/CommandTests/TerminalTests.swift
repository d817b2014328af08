import TestSupport
import Testing

/// Hostile names on a terminal, in files, and in spreadsheets.
struct TerminalTests {
  static let lists = [
    "dump", "dump products", "dump releases", "dump artifacts", "dump drops", "dump failures", "dump log",
    "dump releases --format json", "dump artifacts --format ndjson", "dump failures --format csv", "status",
    "dump document 1.0+ constraints_file", "dump document 1.0+ dependency_graph",
    "dump document 1.0+ dependency_graph --pretty", "dump artifact 1.3+", "diff 1.0+ 1.1+", "graph dot 1.0+",
    "dump packages", "dump runs", "packages --all", "packages --all --format json", "packages --all --format csv",
    "packages \(HostileStore.package.name)", "packages \(HostileStore.package.name) --format csv",
    "diff 1.0+ 1.1+ --format markdown", "diff 1.0+ 1.1+ --format csv", "diff --previous 1.1+",
    "graph why 1.0+ \(HostileStore.package.name)", "graph why 1.0+ \(HostileStore.package.name) --depth -1",
    "graph duplicates 1.0+", "graph constraints 1.0+", "graph subset 1.0+ \(HostileStore.package.name)",
    "graph why 1.0+ none", "packages \u{1b}[31m", "dump artifact 1.3+ --format csv", "dump \u{9b}31m", "verify",
    "export ndjson:-", "dump artifact nonesuch", "dump artifact 1.", "packages none", "dump artifact \u{1b}[31m",
  ]

  /// What must not reach a terminal: C0 but for line ends (the terminal adds CR), DEL, C1 and what turns text around.
  static func unsafe(_ text: String) -> [Unicode.Scalar] {
    var lines = text.unicodeScalars
    // Bold headings are ours.
    for own in ["\u{1b}[1m", "\u{1b}[0m", "\u{1b}[32m", "\u{1b}[31m", "\u{1b}[33m"] where own != "\u{1b}[31m" {
      lines = String.UnicodeScalarView(String(lines).split(separator: own).joined().unicodeScalars)
    }
    return lines.filter { scalar in
      switch scalar.value {
      case 10, 13: false
      case 0..<0x20, 0x7f...0x9f, 0x202a...0x202e, 0x2066...0x2069, 0x200e, 0x200f: true
      default: false
      }
    }
  }

  /// Runs the program on a terminal of 100 columns and returns everything it wrote there.
  private func onTerminal(_ command: String, store: String, environment: [String: String] = [:]) throws -> String {
    let words = ([Wheelspool.path] + command.split(separator: " ").map(String.init)).map { "'\($0)'" }
    let shell = "stty cols 100 rows 2000; " + words.joined(separator: " ")
    let result = try RunningProcess.run(
      "script", ["-q", "-e", "-c", shell, "/dev/null"],
      environment: Wheelspool.environment(store, ["TERM": "xterm"].merging(environment) { $1 }))
    return result.text
  }

  @Test(arguments: lists) func nothingActsOnTheTerminal(command: String) throws {
    let directory = try TemporaryDirectory()
    let store = directory.file("s.store")
    try HostileStore.make(at: store)
    let text = try onTerminal(command, store: store)
    #expect(!text.isEmpty)
    #expect(Self.unsafe(text) == [])
  }

  @Test func rawReachesTheTerminalWhenAskedFor() throws {
    let directory = try TemporaryDirectory()
    let store = directory.file("s.store")
    try HostileStore.make(at: store)
    #expect(try onTerminal("dump releases --raw --columns tag", store: store).contains("\u{1b}[31mred"))
  }

  @Test func filesGetExactBytes() throws {
    let directory = try TemporaryDirectory()
    let store = directory.file("s.store")
    try HostileStore.make(at: store)
    let csv = try Wheelspool.run(
      ["dump", "releases", "--format", "csv", "--columns", "tag", "--csv-raw"], store: store)
    #expect(csv.text.contains("\u{1b}[31mred\u{7}"))
    let json = try Wheelspool.run(["dump", "releases", "--format", "ndjson", "--columns", "tag"], store: store)
    #expect(json.text.contains(#""v1.2+line\r\nbreak\ttab""#))
    #expect(json.text.contains("\u{202e}cod.exe"))
  }

  @Test func tablesNeverBreakLines() throws {
    let directory = try TemporaryDirectory()
    let store = directory.file("s.store")
    try HostileStore.make(at: store)
    let table = try Wheelspool.run(["dump", "releases"], store: store)
    #expect(table.lines.count == HostileStore.names.count + 1)
    #expect(table.text.contains(#"v1.2+line\u{d}\u{a}break\u{9}tab"#))
  }

  @Test func formulasAreDefused() throws {
    let directory = try TemporaryDirectory()
    let store = directory.file("s.store")
    try HostileStore.make(at: store)
    let arguments = ["dump", "failures", "--format", "csv", "--columns", "repository_key,message"]
    let safe = try Wheelspool.run(arguments, store: store)
    #expect(safe.lines.dropFirst().allSatisfy { $0.hasPrefix("\"'=1+1\",\"'@SUM(1)") })
    let raw = try Wheelspool.run(arguments + ["--csv-raw"], store: store)
    #expect(raw.lines.dropFirst().allSatisfy { $0.hasPrefix("=1+1,@SUM(1)") })
  }

  @Test func tableFitsTheTerminal() throws {
    let text = try onTerminal("dump artifacts", store: try SampleStore.path())
    let lines = text.split(whereSeparator: \.isNewline)
    #expect(lines.count == 35)
    #expect(lines.allSatisfy { $0.count <= 100 + 8 })
    #expect(text.contains("…"))
  }

  @Test func coloursFollowTheTerminalAndNoColor() throws {
    let store = try SampleStore.path()
    #expect(try onTerminal("dump releases", store: store).contains("\u{1b}[1m"))
    #expect(try !onTerminal("dump releases", store: store, environment: ["NO_COLOR": "1"]).contains("\u{1b}"))
    #expect(try !onTerminal("dump releases", store: store, environment: ["TERM": "dumb"]).contains("\u{1b}"))
    #expect(try !SampleStore.run("dump", "releases").text.contains("\u{1b}"))
  }

  @Test func longTablesGoThroughThePager() throws {
    let store = try SampleStore.path()
    let shell = "stty cols 100 rows 10; '\(Wheelspool.path)' dump artifacts"
    func shown(_ more: String) throws -> String {
      try RunningProcess.run(
        "script", ["-q", "-e", "-c", shell + more, "/dev/null"],
        environment: Wheelspool.environment(store, ["TERM": "xterm", "PAGER": "sed 's/^/paged: /'"])
      ).text
    }
    let paged = try shown("").split(whereSeparator: \.isNewline)
    #expect(paged.count == 35)
    #expect(paged.allSatisfy { $0.hasPrefix("paged: ") })
    #expect(try !shown(" --no-pager").contains("paged: "))
    #expect(try !shown(" --limit 3").contains("paged: "))
  }
}
