public import ArgumentParser
public import Inspector
import WheelModel

/// Questions to a dependency graph.
struct Graph: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Questions to an artifact's dependency graph.",
    discussion: """
      The answers are those of fromager's own graph commands on the same file.

      EXAMPLE:
        wheelspool graph why 3.3.0.12+http-cpu-ubi9-x86_64 certifi
        wheelspool graph dot 3.3.0.12+http-cpu-ubi9-x86_64 | dot -Tsvg > graph.svg

      EXIT CODES:
        0 complete, 1 the graph gives no answer, 2 usage, 4 not found,
        6 store unusable, 7 local I/O
      """,
    subcommands: [
      GraphWhyCommand.self, GraphDotCommand.self, GraphSVGCommand.self, GraphDuplicatesCommand.self,
      GraphConstraintsCommand.self, GraphSubsetCommand.self,
    ])
}

/// What all questions to a graph take.
struct GraphOptions: ParsableArguments {
  @Argument(help: "The artifact: [PRODUCT/[REPOSITORY/]]KEY, or the beginning of just one key.")
  var key: String

  /// Reads the graph.
  func graph(_ global: GlobalOptions) throws -> DependencyGraph {
    let store = try global.openStore()
    return try DocumentQuery(store, key: key, kind: .dependencyGraph).graph(store)
  }
}

/// Whether text of a graph may reach a terminal as it is.
struct GraphOutputOptions: ParsableArguments {
  @Flag(help: "Leave control characters as they are, also on a terminal.")
  var raw = false

  @Flag(help: "Write a long answer to the terminal directly.")
  var noPager = false

  func write(_ body: (BufferedOutput, _ raw: Bool) throws -> Void) throws {
    let isRaw = raw || !Terminal(descriptor: 1).isTerminal
    try Answer.write(usesPager: !noPager) { try body($0, isRaw) }
  }
}

extension RequirementType: ExpressibleByArgument {
  /// Reads a type's name.
  public init?(argument: String) { self.init(name: argument) }
  /// The names, for help and completion.
  public static var allValueStrings: [String] { allCases.map(\.name) }
}
