import JSONScan
import WheelModel

/// Reads a graph.json in pieces; the packed graph is all that stays in memory.
public struct GraphReader {
  private static let limits = JSONLimits(depth: 512, capturedBytes: 1 << 20)

  private var scanner = JSONScanner(limits: Self.limits)
  private var rows = GraphRows()

  /// Starts at the beginning of a document.
  public init() {}

  /// Takes the next piece.
  ///
  /// Throws `InspectorError` (`.graph`) when the bytes are no JSON.
  public mutating func feed(_ bytes: Span<UInt8>) throws(InspectorError) {
    do { try scanner.feed(bytes, &rows) } catch { throw Self.failure("\(error)") }
  }

  /// Ends the document and returns its graph.
  ///
  /// Throws `InspectorError` (`.graph`) when the JSON is not complete, has no root or an edge leads nowhere.
  public mutating func finish() throws(InspectorError) -> DependencyGraph {
    do { try scanner.finish(&rows) } catch { throw Self.failure("\(error)") }
    return try DependencyGraph(rows)
  }

  /// Reads a graph that is whole in memory.
  ///
  /// Throws `InspectorError` (`.graph`).
  public static func read(_ bytes: [UInt8]) throws(InspectorError) -> DependencyGraph {
    var reader = GraphReader()
    try reader.feed(bytes.span)
    return try reader.finish()
  }

  static func failure(_ cause: String) -> InspectorError {
    InspectorError(.graph, "reading a dependency graph", cause: cause)
  }
}

extension DependencyGraph {
  /// Follows the edges from the root, the last met first, and numbers the nodes as they are first named.
  init(_ rows: consuming GraphRows) throws(InspectorError) {
    var builder = GraphBuilder(rows)
    try builder.walk()
    self.init(pool: builder.rows.pool, nodes: builder.nodes, links: builder.links)
  }
}

/// Builds the packed graph from the rows of a document.
private struct GraphBuilder {
  var rows: GraphRows
  var nodes: [DependencyGraph.Node] = []
  var links: [DependencyGraph.Link] = []
  private var numbers: [BytePool.ID: Int] = [:]
  private var normalVersions: [BytePool.ID: BytePool.ID] = [:]
  private var normalNames: [BytePool.ID: BytePool.ID] = [:]
  private var normalRequirements: [BytePool.ID: BytePool.ID] = [:]
  private var types: [BytePool.ID: RequirementType] = [:]

  init(_ rows: GraphRows) { self.rows = rows }

  mutating func walk() throws(InspectorError) {
    let zero = rows.pool.intern("0")
    nodes.append(
      DependencyGraph.Node(
        key: BytePool.empty, name: BytePool.empty, version: zero, url: BytePool.empty, constraint: BytePool.empty,
        isPrebuilt: false))
    numbers[BytePool.empty] = 0
    guard rows.nodes[BytePool.empty] != nil else { throw GraphReader.failure("the document has no root node") }
    var stack: [(key: BytePool.ID, number: Int)] = [(BytePool.empty, 0)]
    var visited: Set<BytePool.ID> = []
    while let (key, number) = stack.popLast() {
      guard visited.insert(key).inserted, let row = rows.nodes[key] else { continue }
      for index in row.edges {
        let next = try add(rows.edges[index], from: number)
        stack.append(next)
      }
    }
  }

  /// Adds an edge and the node it leads to; returns that node's key in the document and its number.
  private mutating func add(_ edge: GraphRows.Edge, from parent: Int) throws(InspectorError) -> (BytePool.ID, Int) {
    guard let type = type(edge.type) else {
      throw GraphReader.failure("an edge has the unknown type \(SafeText.escape(rows.pool.string(edge.type)))")
    }
    var key = edge.key
    var row = GraphRows.Node()
    if edge.name != BytePool.empty {
      key = rows.pool.intern(rows.pool.string(edge.name) + "==" + rows.pool.string(edge.version))
      row.name = edge.name
      row.version = edge.version
    } else {
      guard let found = rows.nodes[key] else {
        throw GraphReader.failure("an edge leads to \(SafeText.escape(rows.pool.string(key))), which is not there")
      }
      row = found
    }
    let number = number(of: row)
    links.append(
      DependencyGraph.Link(
        parent: UInt32(parent), child: UInt32(number), type: type, requirement: requirement(edge.requirement)))
    return (key, number)
  }

  private mutating func number(of row: GraphRows.Node) -> Int {
    let name = name(row.name)
    let version = version(row.version)
    let key =
      name == BytePool.empty
      ? BytePool.empty : rows.pool.intern(rows.pool.string(name) + "==" + rows.pool.string(version))
    if let number = numbers[key] { return number }
    let node = DependencyGraph.Node(
      key: key, name: name, version: version, url: row.url,
      constraint: row.constraint == BytePool.empty ? BytePool.empty : requirement(row.constraint),
      isPrebuilt: row.isPrebuilt)
    numbers[key] = nodes.count
    nodes.append(node)
    return nodes.count - 1
  }

  private mutating func name(_ id: BytePool.ID) -> BytePool.ID {
    if let known = normalNames[id] { return known }
    let normal = rows.pool.intern(ProjectName.canonical(Text(rows.pool.string(id))).string)
    normalNames[id] = normal
    return normal
  }

  private mutating func version(_ id: BytePool.ID) -> BytePool.ID {
    if let known = normalVersions[id] { return known }
    let normal = rows.pool.intern(Version(Text(rows.pool.string(id))).normal)
    normalVersions[id] = normal
    return normal
  }

  private mutating func requirement(_ id: BytePool.ID) -> BytePool.ID {
    if let known = normalRequirements[id] { return known }
    let text = rows.pool.string(id)
    let normal = rows.pool.intern(Requirement(text)?.description ?? text)
    normalRequirements[id] = normal
    return normal
  }

  private mutating func type(_ id: BytePool.ID) -> RequirementType? {
    if let known = types[id] { return known }
    let type = RequirementType(name: rows.pool.string(id))
    types[id] = type
    return type
  }
}
