import TestSupport
import Testing

@Suite struct ProcessTests {
  @Test func outputAndCodeComeBack() throws {
    let result = try RunningProcess.run("sh", ["-c", "cat; echo bad >&2; exit 3"], input: Array("in\n".utf8))
    #expect(result.text == "in\n")
    #expect(result.lines == ["in"])
    #expect(result.errorText == "bad\n")
    #expect(result.exitCode == 3)
  }

  @Test func aSignalIsNoCode() throws {
    #expect(try RunningProcess.run("sh", ["-c", "kill -9 $$"]).status == .signal(9))
  }

  @Test func outputStopsAtItsLimit() throws {
    let result = try RunningProcess.run("sh", ["-c", "yes | head -c 100000"], outputLimit: 1000)
    #expect(result.output.count == 1000)
    #expect(result.status == .code(0))
  }

  @Test func aSlowProcessIsKilledAndNamed() throws {
    let process = try RunningProcess("sleep", ["60"])
    #expect(throws: SupportError.self) { try process.wait(timeout: 0.05) }
    #expect(try process.wait(timeout: 30).status == .signal(9))
  }

  @Test func aLineIsSeenWhileTheProcessRuns() throws {
    let process = try RunningProcess("sh", ["-c", "echo ready 7; read -r answer; echo got $answer"])
    #expect(try process.line(startingWith: "ready ") == "7")
    process.write(Array("yes\n".utf8))
    #expect(try process.line(startingWith: "got ") == "yes")
    #expect(try process.wait().exitCode == 0)
  }

  @Test func theEnvironmentIsReplacedWhole() throws {
    #expect(try RunningProcess.run("/usr/bin/env", environment: ["ONLY": "this"]).text == "ONLY=this\n")
  }

  @Test func aMissingProgramIsAnError() {
    #expect(throws: SupportError.self) { try RunningProcess("/no/such/program") }
  }
}
