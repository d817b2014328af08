public import Digest
public import WheelModel

/// What the store knows of one document without reading it.
public struct DocumentInfo: Equatable, Sendable {
  /// The document's id; never used for another one.
  public let id: UInt64
  /// The number of raw bytes.
  public let bytes: UInt64
  /// The SHA-256 of the raw bytes.
  public let sha256: SHA256Digest
  /// The bytes it takes in the store, its header included.
  public let storedBytes: UInt64
  /// How many other documents must be decoded first.
  public let depth: UInt8
}

/// One artifact as the store keeps it.
public struct StoredArtifact: Equatable, Sendable {
  /// The collector's fields.
  public let artifact: Artifact
  /// The documents it has.
  public let documents: [DocumentKind: DocumentInfo]
  /// The internal document that holds its package rows.
  public let packages: DocumentInfo
  /// The number of its package rows.
  public let packageRows: UInt64
  /// The change that last wrote its content.
  public let sequence: UInt64
  /// When that change was collected.
  public let collectedAt: Timestamp
  /// When its release was withdrawn.
  public let withdrawnAt: Timestamp?
}

/// One release as the store keeps it.
public struct StoredRelease: Equatable, Sendable {
  /// The release.
  public var release: Release
  /// The listing's fingerprint at its last put; nil when the release must be collected again.
  public var fingerprint: SHA256Digest?
}
