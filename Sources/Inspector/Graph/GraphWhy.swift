public import WheelModel

/// Explains why a package is in a graph: who asks for it, and who asks for those.
public struct GraphWhy {
  /// How far the chains are followed: 0 for the direct parents, -1 up to the root.
  public var depth = 0
  /// The only kinds of requirement to follow; empty for all. Top-level ones are always shown.
  public var types: [RequirementType] = []
  /// The only versions of the package; empty for all.
  public var versions: [Version] = []

  /// Makes the question that names only direct parents.
  public init() {}

  private struct Step {
    let node: DependencyGraph.NodeID
    var next = 0
    var sawParent = false
  }

  /// Writes a block for each version of the package.
  ///
  /// Every chain is written once for each way that leads to the top level; a chain that meets itself says so and ends.
  /// Throws `InspectorError` (`.notFound`) when the package is not in the graph, and what the output throws.
  public func write(_ graph: DependencyGraph, package: String, to output: BufferedOutput, raw: Bool) throws {
    let found = graph.nodes(named: package)
    let nodes = found.filter { node in
      versions.isEmpty || versions.contains { $0.isSame(as: Version(Text(graph.version(node)))) }
    }
    guard !nodes.isEmpty else { throw GraphQuestion.notFound(package, versions, in: graph) }
    var lines = LineWriter(output, raw: raw)
    for node in nodes { try walk(graph, node, &lines) }
  }

  private func walk(_ graph: DependencyGraph, _ start: DependencyGraph.NodeID, _ lines: inout LineWriter) throws {
    var onPath = [Bool](repeating: false, count: graph.count)
    var path = [Step(node: start)]
    onPath[start] = true
    try lines.line("")
    try lines.line(graph.key(start) + constraint(graph, start))
    while let step = path.last {
      let level = path.count - 1
      let indent = String(repeating: "  ", count: level)
      guard step.next < graph.parentCount(step.node) else {
        if !step.sawParent { try nothingFound(graph, step.node, &lines) }
        onPath[step.node] = false
        path.removeLast()
        continue
      }
      path[level].next += 1
      let edge = graph.parent(step.node, step.next)
      let key = graph.key(step.node)
      if edge.node == DependencyGraph.root {
        path[level].sawParent = true
        try lines.line(
          "\(indent) * \(key)\(constraint(graph, step.node)) is a toplevel dependency with req \(graph.requirement(edge))"
        )
        continue
      }
      if !types.isEmpty, !types.contains(edge.type) { continue }
      path[level].sawParent = true
      let parent = graph.key(edge.node) + constraint(graph, edge.node)
      try lines.line(
        "\(indent) * \(key) is an \(edge.type.name) dependency of \(parent) with req \(graph.requirement(edge))")
      guard depth != 0, depth < 0 || level <= depth else { continue }
      if onPath[edge.node] {
        try lines.line("\(indent)   * \(graph.key(edge.node)) has a cycle")
      } else {
        onPath[edge.node] = true
        path.append(Step(node: edge.node))
      }
    }
  }

  private func constraint(_ graph: DependencyGraph, _ node: DependencyGraph.NodeID) -> String {
    graph.constraint(node).map { " (constraint: \($0))" } ?? ""
  }

  private func nothingFound(
    _ graph: DependencyGraph, _ node: DependencyGraph.NodeID, _ lines: inout LineWriter
  ) throws {
    let wanted = types.map { "'\($0.name)'" }.joined(separator: ", ")
    try lines.line(" * couldn't find any dependencies to \(graph.name(node)) that matches [\(wanted)]")
  }
}
