import JSONScan

/// Takes the nodes and edges of a graph.json from a scanner, both in the present format and in the one before 0.29.
///
/// Nothing is judged here: fields of another type than expected are left out, as unknown ones are. A key that occurs
/// twice counts as it stands last.
struct GraphRows: JSONVisitor {
  struct Node {
    var name = BytePool.empty
    var version = BytePool.empty
    var url = BytePool.empty
    var constraint = BytePool.empty
    var isPrebuilt = false
    var edges = 0..<0
  }

  /// An edge as it is written. The present format names the other node by its key; the earlier one by name and version.
  struct Edge {
    var key = BytePool.empty
    var type = BytePool.empty
    var requirement = BytePool.empty
    var name = BytePool.empty
    var version = BytePool.empty
  }

  private enum Field { case other, name, version, url, constraint, prebuilt, edges, key, type, requirement }

  var pool = BytePool()
  private(set) var nodes: [BytePool.ID: Node] = [:]
  private(set) var edges: [Edge] = []

  private var nodeKey = BytePool.empty
  private var node = Node()
  private var edge = Edge()
  private var field = Field.other
  /// Whether the node at hand is an array of arrays: the earlier format.
  private var isOld = false
  private var isInEdges = false
  private var place = 0

  mutating func key(_ utf8: Span<UInt8>, _ traits: JSONTextTraits, depth: Int) {
    switch depth {
    case 1: nodeKey = pool.intern(utf8)
    case 2: field = Self.field(utf8, ofNode: true)
    case 4 where isInEdges: field = Self.field(utf8, ofNode: false)
    default: field = .other
    }
  }

  private static func field(_ name: Span<UInt8>, ofNode: Bool) -> Field {
    let known: [(StaticString, Field)] =
      ofNode
      ? [
        ("canonicalized_name", .name), ("version", .version), ("download_url", .url), ("constraint", .constraint),
        ("pre_built", .prebuilt), ("edges", .edges),
      ] : [("key", .key), ("req_type", .type), ("req", .requirement)]
    for (text, field) in known where text.utf8CodeUnitCount == name.count {
      if zip(text.description.utf8, name.indices).allSatisfy({ $0 == name[$1] }) { return field }
    }
    return .other
  }

  private var depth = 0

  mutating func key(_ utf8: Span<UInt8>, _ traits: JSONTextTraits) { key(utf8, traits, depth: depth) }

  mutating func beginObject(depth: Int) {
    self.depth = depth
    if depth == 2 { beginNode(old: false) }
    if depth == 4, isInEdges { edge = Edge() }
  }

  mutating func beginArray(depth: Int) {
    self.depth = depth
    if depth == 2 { beginNode(old: true) }
    if depth == 3, isOld {
      edge = Edge()
      place = 0
    }
    if depth == 3, !isOld { isInEdges = field == .edges }
  }

  mutating func endObject(depth: Int) {
    self.depth = depth - 1
    if depth == 4, isInEdges { edges.append(edge) }
    if depth == 2 { endNode() }
  }

  mutating func endArray(depth: Int) {
    self.depth = depth - 1
    if depth == 3, isOld, place == 4 { edges.append(edge) }
    if depth == 3 { isInEdges = false }
    if depth == 2 { endNode() }
  }

  private mutating func beginNode(old: Bool) {
    isOld = old
    isInEdges = false
    field = .other
    node = Node()
    node.edges = edges.count..<edges.count
  }

  private mutating func endNode() {
    node.edges = node.edges.lowerBound..<edges.count
    nodes[nodeKey] = node
  }

  mutating func string(_ utf8: Span<UInt8>, _ traits: JSONTextTraits) {
    if isOld, depth == 3 {
      let id = pool.intern(utf8)
      switch place {
      case 0: edge.type = id
      case 1: edge.name = id
      case 2: edge.version = id
      case 3: edge.requirement = id
      default: break
      }
      place += 1
    } else if depth == 2 {
      switch field {
      case .name: node.name = pool.intern(utf8)
      case .version: node.version = pool.intern(utf8)
      case .url: node.url = pool.intern(utf8)
      case .constraint: node.constraint = pool.intern(utf8)
      default: break
      }
    } else if depth == 4, isInEdges {
      switch field {
      case .key: edge.key = pool.intern(utf8)
      case .type: edge.type = pool.intern(utf8)
      case .requirement: edge.requirement = pool.intern(utf8)
      default: break
      }
    }
  }

  mutating func literal(_ literal: JSONLiteral) {
    if depth == 2, field == .prebuilt { node.isPrebuilt = literal == .true }
  }
}
