import ArgumentParser
import Glibc
import Inspector

/// Draws the graph as a picture.
struct GraphSVGCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "svg", abstract: "The graph as a picture, drawn by Graphviz.",
    usage: "wheelspool graph svg [<options>] <key>",
    discussion: """
      Needs the program dot in PATH (on Debian: apt-get install graphviz).

      \(Help.text(example: "wheelspool graph svg 3.3.0.12+http-cpu-ubi9-x86_64 --install-only"))
      """)

  @OptionGroup var artifact: GraphOptions
  @OptionGroup var drawing: DrawingOptions
  @OptionGroup var global: GlobalOptions

  func run() throws {
    let graph = try artifact.graph(global)
    guard let dot = Graphviz.find() else {
      throw Report.Failure(
        report: Report(
          operation: "drawing the graph", cause: "Graphviz is not installed", code: "E_NO_GRAPHVIZ",
          next: "apt-get install graphviz, or wheelspool graph dot", status: .failed))
    }
    let memory = MemoryOutput()
    let bytes = BufferedOutput(memory)
    try drawing.question.write(graph, to: bytes, raw: true)
    try bytes.flush()
    try Graphviz.draw(memory.bytes, with: dot)
  }
}
