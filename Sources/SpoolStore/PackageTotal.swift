public import WheelModel

/// Which artifacts are counted; nil stands for all.
public struct PackageScope: Sendable {
  /// The product's key.
  public var product: Text?
  /// The repository's key.
  public var repository: Text?
  /// The tag's suffix.
  public var variant: Text?
  /// The CPU architecture.
  public var arch: Text?
  /// The release's tag.
  public var tag: Text?
  /// `major.minor` of the tag's version.
  public var series: Text?
  /// The earliest creation.
  public var since: Timestamp?

  /// Counts everything.
  public init() {}

  func matches(_ lineage: Lineage) -> Bool {
    (product.map { $0 == lineage.repository.product } ?? true)
      && (repository.map { $0 == lineage.repository.repository } ?? true)
      && (variant.map { $0 == lineage.variant } ?? true) && (arch.map { $0 == lineage.arch } ?? true)
  }

  var isAboutMembers: Bool { tag != nil || series != nil || since != nil }

  func matches(_ member: LineageMember) -> Bool {
    (tag.map { $0 == member.tag } ?? true) && (since.map { member.createdAt >= $0 } ?? true)
      && (series.map { $0 == WheelModel.Tag(member.tag)?.series } ?? true)
  }
}

/// How often a package is there, and at which versions.
public struct PackageTotal: Sendable {
  /// The package's name.
  public let name: Text
  /// How many artifacts have it.
  public internal(set) var artifacts: UInt64 = 0
  /// The different versions, in no order.
  public internal(set) var versions: Set<Text> = []
}
