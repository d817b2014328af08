import WheelModel

/// What the questions to a graph share.
enum GraphQuestion {
  /// Says that a package, or its wanted versions, are not in a graph, and what is there instead.
  static func notFound(_ package: String, _ versions: [Version], in graph: DependencyGraph) -> InspectorError {
    let present = graph.nodes(named: package)
    let what = "package \(package)"
    if !present.isEmpty {
      let known = present.map(graph.version).joined(separator: ", ")
      let wanted = versions.map(\.text.string).joined(separator: ", ")
      return InspectorError(
        .notFound, what, cause: "the graph has no version \(wanted) of it", hint: "it has \(known)")
    }
    var names: Set<Text> = []
    for node in 1..<max(graph.count, 1) { names.insert(Text(graph.name(node))) }
    let known = names.sorted().map(\.string)
    return InspectorError(
      .notFound, what, cause: "the graph has no such package", hint: Suggestions.sentence(for: package, among: known))
  }

  /// Writes a list of texts as Python prints one.
  static func pythonList(_ texts: some Sequence<String>) -> String {
    "[" + texts.map { "'\($0)'" }.joined(separator: ", ") + "]"
  }
}

/// Writes lines of text, control characters escaped unless `raw`.
struct LineWriter {
  private let output: BufferedOutput
  private let raw: Bool

  init(_ output: BufferedOutput, raw: Bool) {
    self.output = output
    self.raw = raw
  }

  mutating func line(_ text: String) throws(OutputError) {
    if raw { output.append(text) } else { TerminalText.appendEscaped(text, to: &output.bytes) }
    output.append(UInt8(ascii: "\n"))
    try output.flushIfFull()
  }
}
