public import WheelModel

/// Cuts out of a graph what leads to a package and what it leads to, as a graph of its own.
public struct GraphSubset {
  /// The only version of the package; nil for all.
  public var version: Version?

  /// Makes the question about all versions.
  public init() {}

  /// Writes the smaller graph as a graph.json.
  ///
  /// Throws `InspectorError` (`.notFound`) when the package is not in the graph, and what the output throws.
  public func write(_ graph: DependencyGraph, package: String, to output: BufferedOutput) throws {
    let nodes = graph.nodes(named: package).filter { node in
      version.map { $0.isSame(as: Version(Text(graph.version(node)))) } ?? true
    }
    guard !nodes.isEmpty else { throw GraphQuestion.notFound(package, version.map { [$0] } ?? [], in: graph) }
    var isIncluded = [Bool](repeating: false, count: graph.count)
    reach(graph, nodes, upwards: true, &isIncluded)
    reach(graph, nodes, upwards: false, &isIncluded)

    var written = [Bool](repeating: false, count: graph.count)
    var stack = [DependencyGraph.root]
    var isFirst = true
    output.append("{")
    while let node = stack.popLast() {
      if written[node] { continue }
      written[node] = true
      output.append(isFirst ? "\n" : ",\n")
      isFirst = false
      writeNode(graph, node, isIncluded, to: output)
      for index in 0..<graph.childCount(node) {
        let child = graph.child(node, index).node
        if isIncluded[child], !written[child] { stack.append(child) }
      }
      try output.flushIfFull()
    }
    output.append("\n}\n")
  }

  private func reach(
    _ graph: DependencyGraph, _ start: [DependencyGraph.NodeID], upwards: Bool, _ isIncluded: inout [Bool]
  ) {
    var seen = [Bool](repeating: false, count: graph.count)
    var stack = start
    for node in start { seen[node] = true }
    while let node = stack.popLast() {
      isIncluded[node] = true
      for index in 0..<(upwards ? graph.parentCount(node) : graph.childCount(node)) {
        let next = upwards ? graph.parent(node, index).node : graph.child(node, index).node
        if seen[next] { continue }
        seen[next] = true
        stack.append(next)
      }
    }
  }

  private func writeNode(
    _ graph: DependencyGraph, _ number: DependencyGraph.NodeID, _ isIncluded: [Bool], to output: BufferedOutput
  ) {
    let node = graph.nodes[number]
    func text(_ value: String) -> String { Self.ascii(value) }
    output.append("  \(text(graph.key(number))): {\n")
    output.append("    \"download_url\": \(text(graph.pool.string(node.url))),\n")
    output.append("    \"pre_built\": \(node.isPrebuilt ? "true" : "false"),\n")
    output.append("    \"version\": \(text(graph.version(number))),\n")
    output.append("    \"canonicalized_name\": \(text(graph.name(number))),\n")
    output.append("    \"constraint\": \(graph.constraint(number).map(text) ?? "null"),\n")
    output.append("    \"edges\": [")
    var isFirst = true
    for index in 0..<graph.childCount(number) {
      let edge = graph.child(number, index)
      guard isIncluded[edge.node] else { continue }
      output.append(isFirst ? "\n" : ",\n")
      isFirst = false
      output.append("      {\n        \"key\": \(text(graph.key(edge.node))),\n")
      output.append("        \"req_type\": \(text(edge.type.name)),\n")
      output.append("        \"req\": \(text(graph.requirement(edge)))\n      }")
    }
    output.append(isFirst ? "]\n  }" : "\n    ]\n  }")
  }

  /// Writes a JSON string in ASCII only, as Python's `json.dump` does.
  private static func ascii(_ value: String) -> String {
    var bytes: [UInt8] = []
    TerminalText.appendJSON(value, isTerminal: false, isASCII: true, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }
}
