import FakeGitLab
import TestSupport
import Testing

/// The examples of the help screens, run as they stand.
struct ExampleTests {
  /// Each line of each screen's EXAMPLE part.
  static let examples: [String] = {
    var examples: [String] = []
    for name in ((try? Files.list(Wheelspool.root + "/Tests/CommandTests/Help")) ?? []).sorted() {
      let text = (try? Files.readText(Wheelspool.root + "/Tests/CommandTests/Help/" + name)) ?? ""
      var isExample = false
      for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
        if line == "EXAMPLE:" { isExample = true } else if line.isEmpty { isExample = false }
        if isExample, line.hasPrefix("  wheelspool ") { examples.append(String(line.dropFirst(2))) }
      }
    }
    return Array(Set(examples)).sorted()
  }()

  @Test func thereAreExamples() { #expect(Self.examples.count >= 25) }

  @Test(arguments: examples) func exampleRuns(example: String) throws {
    let directory = try TemporaryDirectory()
    let server = try FakeGitLab(tree: Wheelspool.fixtures)
    defer { server.stop() }
    let store = directory.file("wheelspool.store")
    try RunningProcess.check("cp", ["-r", try SampleStore.path(), store])
    // What follows a pipe or a redirection is the user's own.
    let command = example.split(separator: " ").prefix { $0 != "|" && $0 != ">" }.dropFirst()
    let arguments = command.map { word in
      word == "https://git.example" ? server.url : word == "42" ? "12" : String(word)
    }
    if arguments.contains("--target") {
      #expect(try Wheelspool.run(["export", "sqlite:wheels.sqlite"], directory: directory.path).exitCode == 0)
    }
    let result = try Wheelspool.run(
      arguments, environment: ["GITLAB_TOKEN": "test-token"], directory: directory.path)
    if arguments.contains("svg"), result.errorText.contains("E_NO_GRAPHVIZ") {
      #expect(result.exitCode == 1)
    } else {
      #expect(result.exitCode == 0, "\(example): \(result.errorText)")
    }
  }
}
