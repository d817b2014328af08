/// Bounds what a hostile archive may cost; exceeding one throws ``TarballError/Code/limit`` with the setting's name.
public struct TarLimits: Hashable, Sendable {
  /// The most compressed bytes read from the source.
  public var archiveBytes = 2 << 30

  /// The most inflated bytes, padding and everything after the end of the archive included.
  public var inflatedBytes = 4 << 30

  /// The most members, links and directories included.
  public var members = 100_000

  /// The most bytes of extended headers (pax records, GNU long names) before one member; what is held in memory.
  public var headerBytes = 1 << 20

  /// The longest path of a member, in bytes.
  public var pathBytes = 64 << 10

  /// Takes the defaults.
  public init() {}
}
