public import Digest
public import WheelModel

/// A document on its way into the store.
public enum DocumentContent: Sendable {
  /// Bytes at hand, with their SHA-256.
  case bytes([UInt8], SHA256Digest)
  /// A document that `StoreWriter.largeDocument()` has taken in already.
  case stored(PreparedDocument)
}

/// A document whose bytes are in the store but belong to nothing yet: the next `commit` that names it gives it an owner.
///
/// One that is neither committed nor discarded is swept when the store is next opened for collecting.
public struct PreparedDocument: Hashable, Sendable {
  /// The document's id.
  public let id: UInt64
  /// The number of raw bytes.
  public let rawBytes: UInt64
  /// The SHA-256 of the raw bytes.
  public let sha256: SHA256Digest
  let storedBytes: UInt64
  let pieces: UInt32
}

/// What becomes of one artifact of a release that is put.
public enum ArtifactPut: Sendable {
  /// The artifact was read anew.
  case new(Artifact, documents: [DocumentKind: DocumentContent], packages: PackageList)
  /// The artifact that the store has stays as it is, but for the fields that mirror the release.
  case keep(ArtifactID)
}

/// A whole release, to take the place of whatever the store has under its key.
///
/// An artifact's key that a withdrawn release of the repository holds is taken from it: that release loses the artifact under
/// a sequence of its own, right before the put's.
public struct ReleasePut: Sendable {
  /// Product, repository and tag.
  public var key: ReleaseKey
  /// The title upstream shows.
  public var name: String?
  /// The release notes.
  public var description: String?
  /// When the release was made.
  public var createdAt: Timestamp
  /// When it was out.
  public var releasedAt: Timestamp?
  /// The commit's id.
  public var commit: Text
  /// The listing's fingerprint, by which the next run knows whether anything changed.
  public var fingerprint: SHA256Digest
  /// False while an asset is missing because of a recorded failure.
  public var complete: Bool
  /// When the release was collected.
  public var collectedAt: Timestamp
  /// Its artifacts; those of the earlier record that are not named here are removed.
  public var artifacts: [ArtifactPut]
  /// Its open failures; all earlier ones of this release are dropped.
  public var failures: [Failure]

  /// Makes a put of its fields.
  public init(
    key: ReleaseKey, name: String?, description: String?, createdAt: Timestamp, releasedAt: Timestamp?, commit: Text,
    fingerprint: SHA256Digest, complete: Bool, collectedAt: Timestamp, artifacts: [ArtifactPut], failures: [Failure]
  ) {
    self.key = key
    self.name = name
    self.description = description
    self.createdAt = createdAt
    self.releasedAt = releasedAt
    self.commit = commit
    self.fingerprint = fingerprint
    self.complete = complete
    self.collectedAt = collectedAt
    self.artifacts = artifacts
    self.failures = failures
  }
}

/// What a commit did; by the time it is returned everything is durable.
public struct CommitReceipt: Equatable, Sendable {
  /// The change's number in the log.
  public let sequence: UInt64
  /// How many artifacts the release has now.
  public let artifacts: Int
  /// Artifacts left out because another release of the repository holds their key; each was recorded as a failure with
  /// `E_DUPLICATE_KEY`, and the release as incomplete.
  public let rejected: [ArtifactID]
  /// What was recorded of those.
  public let failures: [Failure]
  /// The bytes that its new documents take in the store, headers included.
  public let storedBytes: UInt64
}
