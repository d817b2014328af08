/// What a store is opened for.
public enum OpenMode: Equatable, Sendable {
  /// Reading only; any number of processes, also while one collects.
  case read
  /// Reading and writing: one process at a time. With `create`, a directory that is absent or empty becomes a store.
  case collect(create: Bool)
  /// Repairing: as `collect`, but what is damaged or missing does not keep the store from being opened.
  case repair
}

/// Sizes that a store works with; the defaults are right for everyday use.
public struct StoreOptions: Equatable, Sendable {
  /// The address space to map, in bytes; halved as long as the system refuses. Sparse: it costs no memory.
  public var mapBytes = 1 << 40
  /// The most bytes of raw documents kept to encode their successors against.
  public var cacheBytes = 6 << 20
  /// Documents above this many raw bytes are kept as plain frames in pieces, never held whole.
  public var largeDocumentBytes = 8 << 20
  /// How many values of one lineage pass from one keyframe to the next.
  public var keyframeInterval = 16
  /// The level of compression, 1 to 12.
  public var compressionLevel = 3
  /// The level of `compact` when it encodes every document anew.
  public var repackLevel = 9

  /// Makes the defaults.
  public init() {}
}
