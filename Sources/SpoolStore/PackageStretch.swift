public import WheelModel

/// Successive artifacts of one lineage that have a package at the same versions.
public struct PackageStretch: Equatable, Sendable {
  /// The package's name.
  public let name: Text
  /// The lineage's product and repository.
  public let repository: RepositoryKey
  /// The lineage's variant.
  public let variant: Text
  /// The lineage's architecture.
  public let arch: Text
  /// The versions, sorted by bytes; never empty.
  public let versions: [Text]
  /// How many of these artifacts are there now.
  public let artifacts: UInt64
}
