import JSONScan

/// The bounds on one JSON document of an asset.
public struct DocumentLimits: Equatable, Sendable {
  /// The most containers that may be open at one time.
  public var depth = 512
  /// The most bytes of the document as upstream wrote it.
  public var bytes = 768 << 20

  /// Makes limits with their defaults.
  public init() {}
}

/// Validates a dependency graph while it passes, and collects its package rows.
///
/// Takes the format of today (`"name==version": {…}`) and that before fromager 0.29 (`"name==version": [[…], …]`).
/// Memory is that of the rows, packed.
public struct GraphScan {
  private var scanner: JSONScanner
  private var visitor: GraphVisitor

  /// Makes a scan of one graph.
  public init(limits: DocumentLimits = DocumentLimits(), packages: PackageListLimits = PackageListLimits()) {
    scanner = JSONScanner(
      limits: JSONLimits(depth: limits.depth, capturedBytes: GraphVisitor.capturedBytes, totalBytes: limits.bytes))
    visitor = GraphVisitor(limits: packages)
  }

  /// Takes the next piece.
  ///
  /// Throws `E_JSON` for what is no graph, `E_BAD_NAME` for a name that cannot be kept, `E_LIMIT`.
  public mutating func feed(_ bytes: Span<UInt8>) throws(ContentError) {
    do {
      try scanner.feed(bytes, &visitor)
    } catch {
      throw ContentError(scanning: error)
    }
  }

  /// Ends the graph and returns its package rows. Throws as `feed` does.
  public mutating func finish() throws(ContentError) -> PackageList {
    do {
      try scanner.finish(&visitor)
    } catch {
      throw ContentError(scanning: error)
    }
    return try visitor.finish()
  }
}
