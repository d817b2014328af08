import WheelModel

/// A dependency graph in memory, packed: numbers into one pool of strings instead of objects.
///
/// Holds what is reachable from the root, in the order in which a depth-first walk with a stack meets it. Nodes with the
/// same canonical name and version are one. Lists of children and parents keep the order of the edges in the file.
public struct DependencyGraph {
  /// A node's number; 0 is the root.
  public typealias NodeID = Int

  /// One edge, seen from one of its ends.
  public struct Edge {
    /// The node at the other end.
    public let node: NodeID
    /// Why the edge is there.
    public let type: RequirementType
    let requirementID: BytePool.ID
  }

  struct Node {
    var key: BytePool.ID
    var name: BytePool.ID
    var version: BytePool.ID
    var url: BytePool.ID
    var constraint: BytePool.ID
    var isPrebuilt: Bool
  }

  struct Link {
    var parent: UInt32
    var child: UInt32
    var type: RequirementType
    var requirement: BytePool.ID
  }

  var pool = BytePool()
  var nodes: [Node] = []
  private var links: [Link] = []
  private var childStarts: [UInt32] = []
  private var childLinks: [UInt32] = []
  private var parentStarts: [UInt32] = []
  private var parentLinks: [UInt32] = []

  init(pool: BytePool, nodes: [Node], links: [Link]) {
    self.pool = pool
    self.nodes = nodes
    self.links = links
    (childStarts, childLinks) = Self.index(links, count: nodes.count) { Int($0.parent) }
    (parentStarts, parentLinks) = Self.index(links, count: nodes.count) { Int($0.child) }
  }

  /// Sorts the edges by one of their ends, keeping their order otherwise.
  private static func index(_ links: [Link], count: Int, by end: (Link) -> Int) -> ([UInt32], [UInt32]) {
    var starts = [UInt32](repeating: 0, count: count + 1)
    for link in links { starts[end(link) + 1] += 1 }
    for node in 0..<count { starts[node + 1] += starts[node] }
    var next = starts
    var result = [UInt32](repeating: 0, count: links.count)
    for (number, link) in links.enumerated() {
      result[Int(next[end(link)])] = UInt32(number)
      next[end(link)] += 1
    }
    return (starts, result)
  }

  /// The root's number.
  public static let root: NodeID = 0

  /// The number of nodes, the root among them.
  public var count: Int { nodes.count }

  /// The number of edges, repeated ones counted each time.
  public var edgeCount: Int { links.count }

  /// `name==version`; empty for the root.
  public func key(_ node: NodeID) -> String { pool.string(nodes[node].key) }

  /// The canonical name; empty for the root.
  public func name(_ node: NodeID) -> String { pool.string(nodes[node].name) }

  /// The version, normalised where it is one of PEP 440.
  public func version(_ node: NodeID) -> String { pool.string(nodes[node].version) }

  /// The constraint that was applied; nil when there was none.
  public func constraint(_ node: NodeID) -> String? {
    nodes[node].constraint == BytePool.empty ? nil : pool.string(nodes[node].constraint)
  }

  /// The requirement's text, normalised.
  public func requirement(_ edge: Edge) -> String { pool.string(edge.requirementID) }

  /// Returns how many edges leave a node.
  public func childCount(_ node: NodeID) -> Int { Int(childStarts[node + 1] - childStarts[node]) }

  /// Returns the n-th edge that leaves a node.
  public func child(_ node: NodeID, _ index: Int) -> Edge {
    let link = links[Int(childLinks[Int(childStarts[node]) + index])]
    return Edge(node: Int(link.child), type: link.type, requirementID: link.requirement)
  }

  /// Returns how many edges arrive at a node.
  public func parentCount(_ node: NodeID) -> Int { Int(parentStarts[node + 1] - parentStarts[node]) }

  /// Returns the n-th edge that arrives at a node.
  public func parent(_ node: NodeID, _ index: Int) -> Edge {
    let link = links[Int(parentLinks[Int(parentStarts[node]) + index])]
    return Edge(node: Int(link.parent), type: link.type, requirementID: link.requirement)
  }

  /// Returns the nodes of a package, any spelling of its name, in the graph's order.
  public func nodes(named name: String) -> [NodeID] {
    guard let id = pool.find(ProjectName.canonical(Text(name)).string), id != BytePool.empty else { return [] }
    return nodes.indices.filter { nodes[$0].name == id }
  }

  /// Returns the nodes that are installed: reached from the root by install and top-level edges, in the order of a
  /// depth-first walk.
  public func installed() -> [NodeID] {
    var visited = [Bool](repeating: false, count: count)
    var order: [NodeID] = []
    var stack: [(node: NodeID, next: Int)] = [(Self.root, 0)]
    while let (node, next) = stack.last {
      if next == childCount(node) {
        stack.removeLast()
        continue
      }
      stack[stack.count - 1].next += 1
      let edge = child(node, next)
      if visited[edge.node] || edge.type.isBuild { continue }
      visited[edge.node] = true
      order.append(edge.node)
      stack.append((edge.node, 0))
    }
    return order
  }

  /// Groups the installed nodes by name; groups sorted by name, nodes in the order of the walk.
  func installedByName() -> [(name: BytePool.ID, nodes: [NodeID])] {
    var places: [BytePool.ID: Int] = [:]
    var groups: [(name: BytePool.ID, nodes: [NodeID])] = []
    for node in installed() {
      let name = nodes[node].name
      if let place = places[name] {
        groups[place].nodes.append(node)
      } else {
        places[name] = groups.count
        groups.append((name, [node]))
      }
    }
    return groups.sorted { pool.precedes($0.name, $1.name) }
  }
}
