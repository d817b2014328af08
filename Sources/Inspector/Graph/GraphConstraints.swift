import WheelModel

/// Chooses one version of each installed package of a graph and writes them as constraints.
public struct GraphConstraints {
  /// What was chosen, and what could not be.
  public struct Choice {
    /// A line for each package with one version that all agree on, notes above those that had several.
    public let lines: [String]
    /// The packages of which no single version meets all requirements, sorted.
    public let conflicts: [String]
  }

  private typealias Group = (name: String, nodes: [DependencyGraph.NodeID])

  /// Makes the question.
  public init() {}

  /// Makes the choice.
  ///
  /// Packages with one version come first; then each other one, in the order of their names, takes the newest version
  /// that all its parents accept. A parent that was chosen in another version has no say.
  public func choose(_ graph: DependencyGraph) -> Choice {
    var chosen: [String: String] = [:]
    var open: [Group] = []
    var several: [String: [DependencyGraph.NodeID]] = [:]
    let groups = graph.installedByName().map { (name: graph.pool.string($0.name), nodes: $0.nodes) }
    for group in groups {
      if group.nodes.count == 1 {
        chosen[group.name] = graph.version(group.nodes[0])
      } else {
        open.append(group)
        several[group.name] = group.nodes
      }
    }
    var conflicts: [String] = []
    for group in open {
      if let version = version(for: group, in: graph, chosen: chosen) {
        chosen[group.name] = version
      } else {
        conflicts.append(group.name)
      }
    }
    var lines: [String] = []
    for group in groups {
      guard let version = chosen[group.name] else { continue }
      if let nodes = several[group.name] {
        let versions = nodes.map { Version(Text(graph.version($0))) }.sorted().map(\.text.string)
        lines.append(
          "# NOTE: fromager selected \(group.name)==\(version) from: \(GraphQuestion.pythonList(versions))")
      }
      lines.append("\(group.name)==\(version)")
    }
    return Choice(lines: lines, conflicts: conflicts)
  }

  /// Finds the newest version that as many accept as there are askers; nil when none is.
  private func version(for group: Group, in graph: DependencyGraph, chosen: [String: String]) -> String? {
    let versions = group.nodes.map { Version(Text(graph.version($0))) }
    var users: [(version: Version, count: Int)] = []
    var askers = 0
    func count(_ version: Version) {
      if let place = users.firstIndex(where: { $0.version.isSame(as: version) }) {
        users[place].count += 1
      } else {
        users.append((version, 1))
      }
    }
    for (index, node) in group.nodes.enumerated() {
      var hasParent = false
      for place in 0..<graph.parentCount(node) {
        let edge = graph.parent(node, place)
        guard edge.type == .install else { continue }
        hasParent = true
        let name = graph.name(edge.node)
        if let other = chosen[name], !Version(Text(other)).isSame(as: Version(Text(graph.version(edge.node)))) {
          continue
        }
        for version in (Requirement(graph.requirement(edge))?.specifiers ?? []).filter(versions) { count(version) }
        askers += 1
      }
      // Asked for from the top level only: a candidate, but not one more asker.
      if !hasParent { count(versions[index]) }
    }
    return users.sorted { $1.version < $0.version }.first { $0.count == askers }?.version.normal
  }
}

extension GraphConstraints.Choice {
  /// Writes the lines.
  ///
  /// Throws what the output throws.
  public func write(to output: BufferedOutput, raw: Bool) throws {
    var writer = LineWriter(output, raw: raw)
    for line in lines { try writer.line(line) }
  }

  /// Says which packages stand in the way.
  public func error(artifact: String) -> InspectorError {
    InspectorError(
      .conflict, "choosing one version of each package",
      cause: "no single version of \(conflicts.joined(separator: ", ")) meets all requirements",
      hint: "wheelspool graph duplicates \(artifact)")
  }
}
