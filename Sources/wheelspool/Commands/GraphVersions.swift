import ArgumentParser
import Inspector
import WheelModel

/// Reports packages with several versions.
struct GraphDuplicatesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "duplicates", abstract: "Installed packages with several versions, and who asks for which.",
    usage: "wheelspool graph duplicates [<options>] <key>",
    discussion: Help.text(example: "wheelspool graph duplicates 3.3.0.12+http-cpu-ubi9-x86_64"))

  @OptionGroup var artifact: GraphOptions
  @OptionGroup var output: GraphOutputOptions
  @OptionGroup var global: GlobalOptions

  func run() throws {
    let graph = try artifact.graph(global)
    var count = 0
    try output.write { count = try GraphDuplicates().write(graph, to: $0, raw: $1) }
    if count == 0 { global.log.info("no installed package has several versions") }
  }
}

/// Chooses one version of each package.
struct GraphConstraintsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "constraints", abstract: "One version of each installed package, as a constraints file.",
    usage: "wheelspool graph constraints [<options>] <key>",
    discussion: """
      Nothing is written when some package has no version that all its users accept.

      EXAMPLE:
        wheelspool graph constraints 3.3.0.12+http-cpu-ubi9-x86_64 > constraints.txt

      EXIT CODES:
        0 complete, 1 no single set of versions fits, 2 usage, 4 not found,
        6 store unusable, 7 local I/O
      """)

  @OptionGroup var artifact: GraphOptions
  @OptionGroup var output: GraphOutputOptions
  @OptionGroup var global: GlobalOptions

  func run() throws {
    let choice = GraphConstraints().choose(try artifact.graph(global))
    guard choice.conflicts.isEmpty else { throw choice.error(artifact: artifact.key) }
    try output.write { try choice.write(to: $0, raw: $1) }
  }
}

/// Cuts a smaller graph out.
struct GraphSubsetCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "subset", abstract: "What leads to a package and what it leads to, as a graph.json.",
    usage: "wheelspool graph subset [<options>] <key> <package>",
    discussion: Help.text(example: "wheelspool graph subset 3.3.0.12+http-cpu-ubi9-x86_64 certifi"))

  @OptionGroup var artifact: GraphOptions

  @Argument(help: "The package's name.")
  var package: String

  @Option(help: ArgumentHelp("Only this version of the package.", valueName: "version"))
  var version: String?

  @OptionGroup var output: GraphOutputOptions
  @OptionGroup var global: GlobalOptions

  func run() throws {
    let graph = try artifact.graph(global)
    var question = GraphSubset()
    question.version = version.map { WheelModel.Version(Text($0)) }
    // The text is ASCII: nothing in it acts on a terminal.
    try output.write { bytes, _ in try question.write(graph, package: package, to: bytes) }
  }
}
