public import WheelModel

/// One artifact that has a package, with the versions of it.
public struct PackageUse: Equatable, Sendable {
  /// The artifact.
  public let artifact: ArtifactID
  /// The release's tag.
  public let tag: Text
  /// The CPU architecture.
  public let arch: Text
  /// The variant.
  public let variant: Text
  /// The release's creation.
  public let createdAt: Timestamp
  /// The artifact's place among those of its lineage, in the order they came in.
  public let position: UInt32
  /// The versions, sorted by bytes; shared by neighbours that are equal.
  public let versions: [Text]
}
