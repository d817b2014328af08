import FakeGitLab
import TestSupport
import Testing

/// Exit codes and the one line on standard error that goes with them.
struct ExitCodeTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let arguments: [String]
    let code: Int32
    let says: String

    init(_ arguments: String, _ code: Int32, _ says: String) {
      self.arguments = arguments.split(separator: " ").map(String.init)
      self.code = code
      self.says = says
    }

    var testDescription: String { arguments.joined(separator: " ") }
  }

  static let key = "3.3.0.12+http-cpu-ubi9-x86_64"

  static let cases = [
    Case("--bogus", 2, "(E_USAGE); next: wheelspool --help"),
    Case("nonsense", 2, "there is no command 'nonsense' (E_USAGE); next: wheelspool --help"),
    Case("dmup --limit 3", 2, "did you mean dump? wheelspool --help"),
    Case("dump releses --limit 3", 2, "did you mean releases? wheelspool dump --help"),
    Case("graph whi x y", 2, "did you mean why?"),
    Case("--store x dump", 2, "options stand behind the command"),
    Case("dump artifacts --bogus", 2, "next: wheelspool dump artifacts --help"),
    Case("dump artifacts --format yaml", 2, "E_USAGE"),
    Case("dump artifacts --limit -1", 2, "E_USAGE"),
    Case("dump artifacts --limit x", 2, "E_USAGE"),
    Case("dump artifacts --columns kez", 2, "did you mean key"),
    Case("dump artifacts --sort kez", 2, "E_COLUMN"),
    Case("dump artifacts --since yesterday", 2, "E_USAGE"),
    Case("dump document \(key) graph", 2, "E_USAGE"),
    Case("packages", 2, "E_USAGE"),
    Case("packages certifi --all", 2, "E_USAGE"),
    Case("diff \(key)", 2, "E_USAGE"),
    Case("diff \(key) v3.3.0.12+http-cpu-ubi9", 2, "one names an artifact and the other a release"),
    Case("graph dot \(key) --depth 2", 2, "--depth needs --focus"),
    Case("verify --subset 3/2", 2, "E_USAGE"),
    Case("export nowhere:", 2, "E_TARGET_ADDRESS"),
    Case("verify --delete-withdrawn", 2, "--delete-withdrawn needs --target"),
    Case("verify --target ndjson:-", 2, "E_TARGET_OPTION"),
    Case("verify --target ndjson:- --repair", 2, "E_TARGET_OPTION"),
    Case("collect --verbose --quiet", 2, "E_USAGE"),
    Case("collect", 2, "E_CONFIG"),
    Case("dump artifact 3.3.0.12+http-cpu-ubi9-x86_65", 4, "did you mean \(key)"),
    Case("dump artifact 3.", 4, "(E_AMBIGUOUS_KEY); next: say which: rhai/wheels-http/3.2.0.101"),
    Case("dump document nothing constraints_file", 4, "E_NO_SUCH_KEY"),
    Case("packages certifo", 4, "did you mean certifi?"),
    Case("diff v1 v2", 4, "E_NO_SUCH_KEY"),
    Case("diff --previous 3.2.0.101+http-cpu-ubi9-x86_64", 4, "it is the first"),
    Case("graph why \(key) certifo", 4, "did you mean certifi"),
    Case("graph why \(key) certifi --version 1", 4, "it has 2026.10.18"),
    Case("dump --store /nonexistent/store", 6, "E_NOT_A_STORE"),
    Case("verify --store /nonexistent/store", 6, "E_NOT_A_STORE"),
    Case("compact --store /nonexistent/store", 6, "E_NOT_A_STORE"),
  ]

  @Test(arguments: cases) func codeAndMessage(test: Case) throws {
    let result = try Wheelspool.run(test.arguments, store: try SampleStore.path(), directory: "/")
    #expect(result.exitCode == test.code, "\(result.errorText)")
    #expect(result.text.isEmpty)
    #expect(result.errorText.hasPrefix("wheelspool: error: "))
    #expect(result.errorText.contains(test.says), "\(result.errorText)")
    #expect(result.errorText.split(separator: "\n").count == 1)
  }

  @Test func shortAndQualifiedKeysAreFound() throws {
    for key in [Self.key, "3.3.0.12+http", "v3.3.0.12+http-cpu-ubi9", "rhai/\(Self.key)", "rhai/wheels-http/3.3.0.12"] {
      let result = try SampleStore.run("dump", "artifact", key, "--columns", "key", "--format", "csv")
      #expect(result.lines == ["key", Self.key], "\(key): \(result.errorText)")
    }
  }

  @Test func aKeyWithSlashesIsTakenWhole() throws {
    let key = "2.2+odd+more/part-x86_64"
    for spelling in [key, "rhai/" + key, "rhai/wheels-odd/" + key] {
      let result = try SampleStore.run("dump", "artifact", spelling, "--columns", "key", "--format", "csv")
      #expect(result.lines == ["key", key], "\(spelling): \(result.errorText)")
    }
  }

  @Test func emptyListIsNoError() throws {
    let result = try SampleStore.run("dump", "artifacts", "--product", "none", "--format", "json")
    #expect(result.exitCode == 0)
    #expect(result.text == "[]\n")
  }

  @Test func unreachableSourceIsEight() throws {
    let directory = try TemporaryDirectory()
    let server = try FakeGitLab(tree: Wheelspool.fixtures)
    defer { server.stop() }
    let result = try Wheelspool.run(
      ["collect", "--gitlab", server.url, "--project", "acme/none", "--product", "rhai"],
      store: directory.file("s.store"))
    #expect(result.exitCode == 8)
    #expect(result.errorText.contains("(E_NOT_FOUND)"))
  }

  @Test func failedAssetsAreThree() throws {
    let directory = try TemporaryDirectory()
    let server = try FakeGitLab(tree: Wheelspool.fixtures)
    defer { server.stop() }
    let store = directory.file("s.store")
    let result = try Wheelspool.run(
      ["collect", "--gitlab", server.url, "--project", "16", "--product", "rhai", "--progress", "lines"], store: store)
    #expect(result.exitCode == 3)
    #expect(!result.lines.isEmpty)
    #expect(result.lines.allSatisfy { $0.hasPrefix("committed ") })
    let failures = try Wheelspool.run(["dump", "failures", "--format", "csv", "--columns", "code"], store: store)
    #expect(failures.lines.contains("E_GZIP"))
  }

  @Test func secondCollectorIsFive() throws {
    let directory = try TemporaryDirectory()
    var options = FakeGitLab.Options(tree: Wheelspool.fixtures)
    options.latencyMilliseconds = 300
    let server = try FakeGitLab(options)
    defer { server.stop() }
    let store = directory.file("s.store")
    let arguments = [
      "collect", "--gitlab", server.url, "--project", "15", "--product", "rhai", "--progress", "lines", "--jobs", "1",
    ]
    let first = try Wheelspool.start(arguments, store: store)
    _ = try first.line(startingWith: "committed 1 ")
    let second = try Wheelspool.run(arguments, store: store)
    #expect(second.exitCode == 5)
    #expect(second.errorText.contains("\(first.processID)"))
    #expect(try first.wait().exitCode == 0)
  }
}
