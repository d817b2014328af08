/// One release as the store keeps it.
public struct Release: Equatable, Sendable {
  /// Product, repository and tag.
  public var key: ReleaseKey
  /// The title upstream shows; may be absent.
  public var name: String?
  /// The release notes; may be absent.
  public var description: String?
  /// When the release was made.
  public var createdAt: Timestamp
  /// When it was (or will be) out; editable upstream, absent when unreadable.
  public var releasedAt: Timestamp?
  /// The commit's id.
  public var commit: Text
  /// False while an asset is missing because of a recorded failure.
  public var complete: Bool
  /// The store's sequence of the change that last put this release.
  public var sequence: UInt64
  /// When that change was committed.
  public var collectedAt: Timestamp
  /// When two complete listings had lost it; nil while it is listed.
  public var withdrawnAt: Timestamp?
  /// The keys of its artifacts, sorted by bytes.
  public var artifactKeys: [Text]

  /// Makes a release of its fields.
  public init(
    key: ReleaseKey, name: String?, description: String?, createdAt: Timestamp, releasedAt: Timestamp?, commit: Text,
    complete: Bool, sequence: UInt64, collectedAt: Timestamp, withdrawnAt: Timestamp?, artifactKeys: [Text]
  ) {
    self.key = key
    self.name = name
    self.description = description
    self.createdAt = createdAt
    self.releasedAt = releasedAt
    self.commit = commit
    self.complete = complete
    self.sequence = sequence
    self.collectedAt = collectedAt
    self.withdrawnAt = withdrawnAt
    self.artifactKeys = artifactKeys
  }
}
