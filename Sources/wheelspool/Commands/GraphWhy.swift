import ArgumentParser
import Inspector
import WheelModel

/// Explains why a package is there.
struct GraphWhyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "why", abstract: "Who asks for a package, and who asks for those.",
    usage: "wheelspool graph why [<options>] <key> <package>",
    discussion: Help.text(example: "wheelspool graph why 3.3.0.12+http-cpu-ubi9-x86_64 certifi --depth -1"))

  @OptionGroup var artifact: GraphOptions

  @Argument(help: "The package's name.")
  var package: String

  @Option(help: ArgumentHelp("Only this version of the package.", valueName: "version"))
  var version: [String] = []

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("How far to follow: 0 for those who ask directly, -1 up to the top level.", valueName: "n"))
  var depth = 0

  @Option(
    help: ArgumentHelp(
      "Only requirements of this type: install, build-system, build-backend, build-sdist or toplevel.",
      valueName: "type"))
  var requirementType: [RequirementType] = []

  @OptionGroup var output: GraphOutputOptions
  @OptionGroup var global: GlobalOptions

  func validate() throws {
    if depth < -1 { throw ValidationError("--depth must be -1 or more") }
  }

  func run() throws {
    let graph = try artifact.graph(global)
    var question = GraphWhy()
    question.depth = depth
    question.types = requirementType
    question.versions = version.map { WheelModel.Version(Text($0)) }
    try output.write { try question.write(graph, package: package, to: $0, raw: $1) }
  }
}

/// Draws the graph.
struct GraphDotCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dot", abstract: "The graph in the language of Graphviz.",
    usage: "wheelspool graph dot [<options>] <key>",
    discussion: Help.text(example: "wheelspool graph dot 3.3.0.12+http-cpu-ubi9-x86_64 --install-only"))

  @OptionGroup var artifact: GraphOptions
  @OptionGroup var drawing: DrawingOptions
  @OptionGroup var output: GraphOutputOptions
  @OptionGroup var global: GlobalOptions

  func run() throws {
    let graph = try artifact.graph(global)
    try output.write { try drawing.question.write(graph, to: $0, raw: $1) }
  }
}

/// What of a graph is drawn.
struct DrawingOptions: ParsableArguments {
  @Flag(help: "Leave out what only building needs.")
  var installOnly = false

  @Option(help: ArgumentHelp("Draw only what leads to this package or from it.", valueName: "package"))
  var focus: String?

  @Option(help: ArgumentHelp("With --focus: at most so many edges away.", valueName: "n"))
  var depth: Int?

  func validate() throws {
    if let depth, depth < 0 { throw ValidationError("--depth must not be negative") }
    if depth != nil, focus == nil { throw ValidationError("--depth needs --focus") }
  }

  var question: GraphDot {
    var question = GraphDot()
    question.installOnly = installOnly
    question.focus = focus
    question.depth = depth
    return question
  }
}
