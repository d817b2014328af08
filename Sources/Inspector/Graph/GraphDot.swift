/// Draws a graph in the language of Graphviz.
public struct GraphDot {
  /// Leaves out what only building needs.
  public var installOnly = false
  /// Draws only what lies around this package.
  public var focus: String?
  /// How many edges away from the focus; nil for all that leads to it or from it.
  public var depth: Int?

  /// Makes the question that draws everything.
  public init() {}

  /// Writes the drawing: nodes sorted by their keys, each pair of nodes joined once.
  ///
  /// Installed nodes are bold, others dashed; edges of building are dotted; prebuilt packages are parallelograms.
  /// Throws `InspectorError` (`.notFound`) when the focus is not in the graph, and what the output throws.
  public func write(_ graph: DependencyGraph, to output: BufferedOutput, raw: Bool) throws {
    let installed = graph.installed()
    var isInstalled = [Bool](repeating: false, count: graph.count)
    for node in installed { isInstalled[node] = true }
    var included = installOnly ? [DependencyGraph.root] + installed : Array(0..<graph.count)
    if let focus {
      let near = try neighbourhood(of: focus, in: graph)
      included = included.filter { near[$0] }
    }
    var isIncluded = [Bool](repeating: false, count: graph.count)
    for node in included { isIncluded[node] = true }
    let sorted = included.sorted { graph.pool.precedes(graph.nodes[$0].key, graph.nodes[$1].key) }
    var names = [Int](repeating: 0, count: graph.count)

    var lines = LineWriter(output, raw: raw)
    try lines.line("digraph {")
    try lines.line("")
    for (index, node) in sorted.enumerated() {
      names[node] = index + 1
      try lines.line("  node\(index + 1) [\(properties(graph, node, isInstalled: isInstalled[node]))]")
    }
    try lines.line("")
    for node in included { try writeEdges(graph, node, names, isIncluded, &lines) }
    try lines.line("}")
  }

  private func properties(_ graph: DependencyGraph, _ node: DependencyGraph.NodeID, isInstalled: Bool) -> String {
    let isRoot = node == DependencyGraph.root
    var style = "filled"
    if !installOnly { style += isInstalled || isRoot ? ",bold" : ",dashed" }
    let shape = isRoot ? "circle" : graph.nodes[node].isPrebuilt ? "parallelogram" : "oval"
    return "label=\"\(Self.quoted(graph.key(node)))\" style=\"\(style)\" color=black fillcolor=white fontcolor=black "
      + "shape=\(shape)"
  }

  private func writeEdges(
    _ graph: DependencyGraph, _ node: DependencyGraph.NodeID, _ names: [Int], _ isIncluded: [Bool],
    _ lines: inout LineWriter
  ) throws {
    var drawn: Set<DependencyGraph.NodeID> = []
    for index in 0..<graph.childCount(node) {
      let edge = graph.child(node, index)
      if installOnly, edge.type.isBuild { continue }
      guard drawn.insert(edge.node).inserted, isIncluded[edge.node] else { continue }
      let text = String(graph.requirement(edge).map { $0 == "\"" ? "'" : $0 })
      let style = edge.type.isBuild ? " style=dotted" : ""
      try lines.line("  node\(names[node]) -> node\(names[edge.node]) [labeltooltip=\"\(Self.quoted(text))\"\(style)]")
    }
  }

  /// Marks the nodes that lead to a package or from it, at most `depth` edges away.
  private func neighbourhood(of package: String, in graph: DependencyGraph) throws -> [Bool] {
    let centre = graph.nodes(named: package)
    guard !centre.isEmpty else { throw GraphQuestion.notFound(package, [], in: graph) }
    var result = [Bool](repeating: false, count: graph.count)
    for upwards in [true, false] {
      var seen = [Bool](repeating: false, count: graph.count)
      var level = centre
      for node in centre { seen[node] = true }
      var distance = 0
      while !level.isEmpty {
        for node in level { result[node] = true }
        if let depth, distance >= depth { break }
        distance += 1
        var next: [DependencyGraph.NodeID] = []
        for node in level {
          for index in 0..<(upwards ? graph.parentCount(node) : graph.childCount(node)) {
            let edge = upwards ? graph.parent(node, index) : graph.child(node, index)
            if installOnly, edge.type.isBuild { continue }
            if seen[edge.node] { continue }
            seen[edge.node] = true
            next.append(edge.node)
          }
        }
        level = next
      }
    }
    return result
  }

  /// Escapes what would end a quoted string.
  private static func quoted(_ text: String) -> String {
    guard text.utf8.contains(where: { $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") }) else { return text }
    return text.unicodeScalars.reduce(into: "") { result, scalar in
      if scalar == "\"" || scalar == "\\" { result += "\\" }
      result.unicodeScalars.append(scalar)
    }
  }
}
