import WheelModel

/// Reports the installed packages that a graph has in several versions, and who asks for which.
public struct GraphDuplicates {
  /// Makes the question.
  public init() {}

  /// Writes a block for each such package; returns how many there are.
  ///
  /// Throws what the output throws.
  @discardableResult
  public func write(_ graph: DependencyGraph, to output: BufferedOutput, raw: Bool) throws -> Int {
    var lines = LineWriter(output, raw: raw)
    var count = 0
    for group in graph.installedByName() where group.nodes.count > 1 {
      try write(graph, group.nodes, name: graph.pool.string(group.name), to: &lines)
      count += 1
    }
    return count
  }

  /// Those who ask for a node in the same words.
  struct Demand {
    let requirement: String
    var parents: Set<DependencyGraph.NodeID>
  }

  private func write(
    _ graph: DependencyGraph, _ nodes: [DependencyGraph.NodeID], name: String, to lines: inout LineWriter
  ) throws {
    let versions = nodes.map { Version(Text(graph.version($0))) }
    var users: [(version: Version, count: Int)] = []
    var total = 0
    try lines.line("")
    try lines.line(name + (graph.constraint(nodes[0]).map { " (constraint: \($0))" } ?? ""))
    let order = nodes.indices.sorted { versions[$0] < versions[$1] }
    for index in order {
      try lines.line("  " + graph.version(nodes[index]))
      for demand in Self.demands(graph, nodes[index]) {
        total += demand.parents.count
        let matching = (Requirement(demand.requirement)?.specifiers ?? []).filter(versions)
        for version in matching {
          if let place = users.firstIndex(where: { $0.version == version }) {
            users[place].count += demand.parents.count
          } else {
            users.append((version, demand.parents.count))
          }
        }
        try lines.line("    \(demand.requirement) matches \(GraphQuestion.pythonList(matching.map(\.normal)))")
        for parent in demand.parents.map({ Text(graph.key($0)) }).sorted() { try lines.line("      " + parent.string) }
      }
    }
    if let fit = users.first(where: { $0.count == total }) {
      try lines.line("  * \(name)==\(fit.version.normal) usable by all consumers")
    } else {
      try lines.line("  * No single version of \(name) meets all requirements")
    }
  }

  /// Groups the install edges that arrive at a node by their requirement, in the order of the edges.
  static func demands(_ graph: DependencyGraph, _ node: DependencyGraph.NodeID) -> [Demand] {
    var places: [Text: Int] = [:]
    var demands: [Demand] = []
    for index in 0..<graph.parentCount(node) {
      let edge = graph.parent(node, index)
      guard edge.type == .install else { continue }
      let text = graph.requirement(edge)
      let identity = Requirement(text)?.identity ?? Text(text)
      if let place = places[identity] {
        demands[place].parents.insert(edge.node)
      } else {
        places[identity] = demands.count
        demands.append(Demand(requirement: text, parents: [edge.node]))
      }
    }
    return demands
  }
}
