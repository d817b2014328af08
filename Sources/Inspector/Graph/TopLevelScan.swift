import JSONScan
import SpoolStore
import WheelModel

/// Finds the packages that a graph's root asks for by name, in constant memory and both formats.
struct TopLevelScan: JSONVisitor {
  private(set) var names: Set<Text> = []
  private var isRoot = false
  private var isKey = false
  private var depth = 0
  private var place = 0

  /// Reads a stored graph.
  ///
  /// Throws `InspectorError` (`.graph`, `.changed`), `StoreError`.
  static func names(of document: DocumentInfo, in store: Store) throws -> Set<Text> {
    guard let reader = try store.document(document.id) else {
      throw InspectorError(
        .changed, "a dependency graph", cause: "its release was replaced meanwhile", hint: "run the command again")
    }
    var scanner = JSONScanner()
    var scan = TopLevelScan()
    var buffer: [UInt8] = []
    do {
      while try reader.next(into: &buffer) { try scanner.feed(buffer.span, &scan) }
      try scanner.finish(&scan)
    } catch let error as JSONError {
      throw GraphReader.failure("\(error)")
    }
    return scan.names
  }

  mutating func key(_ utf8: Span<UInt8>, _ traits: JSONTextTraits) {
    if depth == 1 { isRoot = utf8.count == 0 }
    isKey = depth == 4 && isRoot && Text(copying: utf8) == "key"
  }

  mutating func string(_ utf8: Span<UInt8>, _ traits: JSONTextTraits) {
    guard isRoot else { return }
    if depth == 4, isKey {
      let key = Text(copying: utf8).string
      add(Text(decoding: key.utf8.prefix(Self.nameLength(key))))
    } else if depth == 3 {
      // The earlier format: [type, name, version, requirement].
      if place == 1 { add(Text(copying: utf8)) }
      place += 1
    }
  }

  private mutating func add(_ name: Text) { if !name.isEmpty { names.insert(Text(name.string.lowercased())) } }

  /// Finds how many bytes precede the first `==`.
  private static func nameLength(_ key: String) -> Int {
    let bytes = Array(key.utf8)
    return bytes.indices.dropLast().first { bytes[$0] == UInt8(ascii: "=") && bytes[$0 + 1] == UInt8(ascii: "=") }
      ?? bytes.count
  }

  mutating func beginObject(depth: Int) { self.depth = depth }
  mutating func endObject(depth: Int) { self.depth = depth - 1 }
  mutating func endArray(depth: Int) { self.depth = depth - 1 }

  mutating func beginArray(depth: Int) {
    self.depth = depth
    place = 0
  }
}
