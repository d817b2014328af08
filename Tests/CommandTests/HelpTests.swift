import TestSupport
import Testing

/// Every help screen, letter by letter: `Help/NAME.txt`. With `PIN_HELP=1` in the environment they are written anew.
struct HelpTests {
  static let commands = [
    "", "collect", "export", "dump", "dump overview", "dump products", "dump releases", "dump artifacts", "dump drops",
    "dump packages", "dump failures", "dump runs", "dump log", "dump artifact", "dump document", "packages", "diff",
    "graph", "graph why", "graph dot", "graph svg", "graph duplicates", "graph constraints", "graph subset", "status",
    "verify", "compact",
  ]

  private static let folder = Wheelspool.root + "/Tests/CommandTests/Help"

  private func file(_ command: String) -> String {
    let name = command.isEmpty ? "wheelspool" : command.split(separator: " ").joined(separator: "-")
    return "\(Self.folder)/\(name).txt"
  }

  @Test(arguments: commands) func screenIsPinned(command: String) throws {
    let result = try Wheelspool.run(command.split(separator: " ").map(String.init) + ["--help"])
    #expect(result.exitCode == 0)
    #expect(result.errorText.isEmpty)
    if Environment.has("PIN_HELP") { try Files.write(result.text, to: file(command)) }
    #expect(try result.text == Files.readText(file(command)))
  }

  @Test(arguments: commands) func screenHasExampleAndExitCodes(command: String) throws {
    let text = try Wheelspool.run(command.split(separator: " ").map(String.init) + ["--help"]).text
    #expect(text.contains("EXAMPLE:\n  wheelspool "))
    #expect(text.contains("EXIT CODES:\n  0 "))
    #expect(!text.split(separator: "\n").contains { $0.count > 80 })
  }

  @Test func everyFileBelongsToACommand() throws {
    let files = Set(try Files.list(Self.folder))
    #expect(files == Set(Self.commands.map { String(file($0).split(separator: "/").last ?? "") }))
  }

  @Test func versionIsPrinted() throws {
    let result = try Wheelspool.run(["--version"])
    #expect(result.exitCode == 0)
    #expect(result.text.split(separator: ".").count == 3)
  }

  @Test(arguments: ["bash", "zsh", "fish"]) func completionsAreMade(shell: String) throws {
    let result = try Wheelspool.run(["--generate-completion-script", shell])
    #expect(result.exitCode == 0)
    #expect(result.text.contains("duplicates"))
    #expect(result.text.contains("retry-failed"))
  }

  @Test(arguments: [
    ("gr", "graph"), ("dump art", "artifact artifacts"), ("dump artifacts --for", "--format"),
    ("dump artifacts --format n", "ndjson"), ("graph d", "dot duplicates"), ("dump document x dep", "dependency_graph"),
  ])
  func bashCompletes(line: String, words: String) throws {
    let directory = try TemporaryDirectory()
    let script = directory.file("completions")
    try Files.write(try Wheelspool.run(["--generate-completion-script", "bash"]).text, to: script)
    let all = ["wheelspool"] + line.split(separator: " ").map(String.init)
    let shell = """
      source '\(script)'
      COMP_WORDS=(\(all.joined(separator: " "))); COMP_CWORD=\(all.count - 1); COMP_LINE='\(all.joined(separator: " "))'
      COMP_POINT=${#COMP_LINE}; COMPREPLY=()
      _wheelspool wheelspool \(all[all.count - 1]) \(all[all.count - 2])
      printf '%s\\n' "${COMPREPLY[@]}" | sort | paste -sd ' '
      """
    let result = try RunningProcess.run(
      "bash", ["-c", shell], environment: ["PATH": "/usr/bin:/bin", "LC_ALL": "C"])
    #expect(result.lines == [words], "\(result.errorText)")
  }
}
