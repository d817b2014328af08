import JSONScan

/// Finds the nodes of a graph in the events of a scanner. A node that is no object has no fields: its key says all.
/// What is inside a node's own containers is not looked at.
struct GraphVisitor: JSONVisitor {
  /// What is captured of a key or string: more than any name or version that can be kept.
  static let capturedBytes = 4096

  private enum Field { case name, version, other }

  /// A text that may have to become a name or version.
  private struct Captured {
    var bytes: [UInt8] = []
    var byteCount = 0
    var hasLoneSurrogate = false
    var isPresent = false

    mutating func set(_ utf8: Span<UInt8>, _ traits: JSONTextTraits) {
      bytes.removeAll(keepingCapacity: true)
      bytes.append(copying: utf8)
      byteCount = traits.byteCount
      hasLoneSurrogate = traits.hasLoneSurrogate
      isPresent = true
    }
  }

  private static let nameKey = Array("canonicalized_name".utf8)
  private static let versionKey = Array("version".utf8)

  private let textBytes: Int
  private var packages: PackageListBuilder
  private var depth = 0
  private var key = Captured()
  private var name = Captured()
  private var version = Captured()
  private var field = Field.other

  init(limits: PackageListLimits) {
    textBytes = limits.textBytes
    packages = PackageListBuilder(limits: limits)
  }

  mutating func finish() throws(ContentError) -> PackageList { try packages.finish() }

  mutating func beginObject(depth: Int) throws {
    try beginValue()
    self.depth = depth
  }

  mutating func beginArray(depth: Int) throws {
    guard depth > 1 else { throw ContentError(.json, "the graph is an array, not an object") }
    try beginValue()
    self.depth = depth
  }

  mutating func endObject(depth: Int) throws {
    self.depth = depth - 1
    if depth == 2 { try endNode(hasFields: true) }
  }

  mutating func endArray(depth: Int) throws {
    self.depth = depth - 1
    if depth == 2 { try endNode(hasFields: false) }
  }

  mutating func key(_ utf8: Span<UInt8>, _ traits: JSONTextTraits) {
    switch depth {
    case 1:
      key.set(utf8, traits)
      name.isPresent = false
      version.isPresent = false
      field = .other
    case 2:
      if compareBytes(utf8, Self.versionKey.span) == 0 {
        field = .version
      } else if compareBytes(utf8, Self.nameKey.span) == 0 {
        field = .name
      } else {
        field = .other
      }
    default: break
    }
  }

  mutating func string(_ utf8: Span<UInt8>, _ traits: JSONTextTraits) throws {
    switch depth {
    case 0: throw ContentError(.json, "the graph is a string, not an object")
    case 1: try endNode(hasFields: false)
    case 2:
      switch field {
      case .name: name.set(utf8, traits)
      case .version: version.set(utf8, traits)
      case .other: break
      }
      field = .other
    default: break
    }
  }

  mutating func number(_ text: Span<UInt8>, isTruncated: Bool) throws { try scalar("a number") }

  mutating func literal(_ literal: JSONLiteral) throws { try scalar("\(literal)") }

  private mutating func scalar(_ what: @autoclosure () -> String) throws {
    switch depth {
    case 0: throw ContentError(.json, "the graph is \(what()), not an object")
    case 1: try endNode(hasFields: false)
    default: try beginValue()
    }
  }

  /// Refuses a value that is no string where only a string may be.
  private mutating func beginValue() throws {
    guard depth == 2, field != .other else { return }
    let what = field == .name ? "canonicalized_name" : "version"
    throw ContentError(.json, "the \(what) of a node of the graph is not a string")
  }

  private mutating func endNode(hasFields: Bool) throws(ContentError) {
    field = .other
    guard key.byteCount > 0 else { return }
    // Without fields, the name is what precedes the first `==` of the key.
    if hasFields, !name.isPresent || name.byteCount == 0 { return }
    let split = hasFields && version.isPresent ? nil : try splitKey()
    let nodeName = hasFields ? Part(name) : Part(key, 0..<(split ?? key.bytes.count))
    guard !nodeName.range.isEmpty else { return }
    let afterSplit = split.map { $0 + 2..<key.bytes.count } ?? 0..<0
    let nodeVersion = hasFields && version.isPresent ? Part(version) : Part(key, afterSplit)
    try check(nodeName, "name")
    try check(nodeVersion, "version")
    try packages.add(
      name: nodeName.bytes.span.extracting(nodeName.range),
      version: nodeVersion.bytes.span.extracting(nodeVersion.range))
  }

  /// Returns where the key's first `==` begins; nil when it has none.
  private func splitKey() throws(ContentError) -> Int? {
    let bytes = key.bytes.span
    var at = 0
    while at + 1 < bytes.count {
      if bytes[at] == 0x3d, bytes[at + 1] == 0x3d { break }
      at += 1
    }
    guard key.byteCount == bytes.count else {
      throw ContentError(.badName, "a node's key of \(key.byteCount) bytes, of which a name or version is needed")
    }
    return at + 1 < bytes.count ? at : nil
  }

  /// Refuses what cannot be kept.
  private func check(_ part: Part, _ what: String) throws(ContentError) {
    guard part.byteCount <= textBytes else {
      throw ContentError(.badName, "a package \(what) of \(part.byteCount) bytes, more than \(textBytes)")
    }
    guard !part.hasLoneSurrogate else {
      throw ContentError(.badName, "a package \(what) with half a surrogate pair")
    }
  }

  /// A text, or the part of a key, that becomes a name or version.
  private struct Part {
    let bytes: [UInt8]
    let range: Range<Int>
    let byteCount: Int
    let hasLoneSurrogate: Bool

    init(_ text: Captured) {
      bytes = text.bytes
      range = text.bytes.indices
      byteCount = text.byteCount
      hasLoneSurrogate = text.hasLoneSurrogate
    }

    init(_ text: Captured, _ range: Range<Int>) {
      bytes = text.bytes
      self.range = range
      byteCount = range.count
      // A lone surrogate was handed over as U+FFFD; it may be in the other part of the key.
      hasLoneSurrogate =
        text.hasLoneSurrogate && range.contains { text.bytes[$0..<range.upperBound].starts(with: [0xef, 0xbf, 0xbd]) }
    }
  }
}
