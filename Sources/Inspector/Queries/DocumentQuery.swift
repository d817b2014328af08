public import SpoolStore
public import WheelModel

/// Finds an artifact's documents and hands out their bytes.
public struct DocumentQuery {
  /// The document's size and digest.
  public let info: DocumentInfo
  /// The artifact it belongs to.
  public let artifact: ArtifactID
  /// Which of its documents it is.
  public let kind: DocumentKind

  /// Finds the document of an artifact that a key names.
  ///
  /// Throws `InspectorError` (`.ambiguous`, `.notFound`), `StoreError`.
  public init(_ store: Store, key: String, kind: DocumentKind) throws {
    let found = try store.read { snapshot in
      let id = try KeyResolver(snapshot).artifact(key, in: snapshot)
      let view = try snapshot.artifactView(id)
      return (id, view?.document(kind), DocumentKind.allCases.filter { view?.document($0) != nil }.map(\.name))
    }
    guard let info = found.1 else {
      throw InspectorError(
        .notFound, "\(kind.name) of \(SafeText.escape(found.0.key))", cause: "the artifact has no such document",
        hint: "it has \(found.2.joined(separator: ", "))")
    }
    (artifact, self.kind, self.info) = (found.0, kind, info)
  }

  /// Hands out the exact bytes in pieces, holding no snapshot between them.
  ///
  /// Throws `StoreError`, or what `body` throws.
  public func forEachPiece(_ store: Store, _ body: (Span<UInt8>) throws -> Void) throws {
    guard let reader = try store.document(info.id) else {
      throw InspectorError(
        .changed, "\(kind.name) of \(SafeText.escape(artifact.key))", cause: "its release was replaced meanwhile",
        hint: "run the command again")
    }
    var buffer: [UInt8] = []
    while try reader.next(into: &buffer) { try body(buffer.span) }
  }

  /// Writes the exact bytes.
  public func write(_ store: Store, to output: any ByteOutput) throws {
    try forEachPiece(store) { try output.write($0) }
  }

  /// Reads a dependency graph into memory.
  ///
  /// Throws `InspectorError` (`.graph`), `StoreError`.
  public func graph(_ store: Store) throws -> DependencyGraph {
    var reader = GraphReader()
    try forEachPiece(store) { try reader.feed($0) }
    return try reader.finish()
  }
}
