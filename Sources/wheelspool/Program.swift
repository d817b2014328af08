import ArgumentParser
import CPosix
import Glibc
import SpoolStore

/// Where the program begins.
@main
enum Program {
  static func main() {
    signal(SIGPIPE, SIG_IGN)
    _ = wheelspool_hide_memory()
    wheelspool_bound_heap()
    Store.endOnDamage(
      message: "wheelspool: error: read the store: pages of data.mdb are damaged, or it was cut (E_STORE_DAMAGED); "
        + "next: wheelspool verify, then wheelspool verify --repair", exitCode: ExitStatus.unusable.code)
    exit(run(Array(CommandLine.arguments.dropFirst())))
  }

  /// Parses, runs, reports; returns the exit code.
  private static func run(_ arguments: [String]) -> Int32 {
    do {
      var command = try Wheelspool.parseAsRoot(arguments)
      try command.run()
      return ExitStatus.complete.code
    } catch {
      return Failures.report(error, arguments: arguments)
    }
  }
}

/// The command without a subcommand.
struct Wheelspool: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "wheelspool",
    abstract: "Keeps a local, durable, compact copy of wheel collections and replays it into databases.",
    discussion: """
      Collect from GitLab, look at what is stored offline, export it exactly once.

      EXAMPLE:
        wheelspool collect --gitlab https://git.example --project 42 --product rhai
        wheelspool dump
        wheelspool export sqlite:wheels.sqlite

      EXIT CODES:
        0 complete, 1 failed, 2 usage or configuration, 3 partial, 4 not found,
        5 store busy, 6 store unusable, 7 local I/O, 8 source refused or unreachable,
        9 target failed, 130 or 143 interrupted: what was committed is kept
      """,
    version: Version.text,
    subcommands: [
      Collect.self, Export.self, Dump.self, Packages.self, Diff.self, Graph.self, Status.self, Verify.self,
      Compact.self,
    ])
}

/// The program's version.
enum Version {
  static let text = "0.1.0"
}
