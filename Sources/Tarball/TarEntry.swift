/// Describes one member of an archive, without its data.
public struct TarEntry: Hashable, Sendable {
  /// Tells what a member is.
  public enum Kind: Hashable, Sendable {
    /// A file with data.
    case regular
    /// A directory.
    case directory
    /// A symbolic link; its target is not kept.
    case symbolicLink
    /// A hard link; its target is not kept.
    case hardLink
    /// A character or block device, or a FIFO.
    case special
    /// Anything else: volume labels, vendors' own types.
    case other
  }

  /// The path as written: bytes of no certain encoding, never empty, without NUL. Never to be opened.
  public let path: [UInt8]

  /// What the member is.
  public let kind: Kind

  /// How many bytes ``TarReader/readData(_:)`` will deliver; until it has, only the header's word for it.
  public let size: Int
}
