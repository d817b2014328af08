public import Digest
public import WheelModel

/// An artifact's record, decoded field by field as it is asked: for walks that look at little of much.
public struct ArtifactView: Sendable {
  /// The fields that can be had as bytes.
  public enum Field: UInt8, Sendable {
    /// Identity.
    case product = 1
    case repository, key, tag
    /// What it is.
    case commit, arch, variant, rawVariant, series
    /// Where it came from.
    case assetName, assetURL, etag, lastModified
  }

  /// Runs `body` with a field's bytes, valid until it returns; nil when the field is absent.
  public func withBytes<R>(of field: Field, _ body: (Span<UInt8>) throws -> R) rethrows -> R? {
    fatalError("unfinished")
  }

  /// A field as text; nil when it is absent.
  public func text(_ field: Field) -> Text? { fatalError("unfinished") }

  /// Compares a field's bytes; false when it is absent.
  public func matches(_ field: Field, _ text: Text) -> Bool { fatalError("unfinished") }

  /// Product, repository and key.
  public var id: ArtifactID { fatalError("unfinished") }
  /// The release it belongs to.
  public var release: ReleaseKey { fatalError("unfinished") }
  /// The release's creation.
  public var createdAt: Timestamp { fatalError("unfinished") }
  /// When its content was collected.
  public var collectedAt: Timestamp { fatalError("unfinished") }
  /// When its release was withdrawn.
  public var withdrawnAt: Timestamp? { fatalError("unfinished") }
  /// The change that last wrote its content.
  public var sequence: UInt64 { fatalError("unfinished") }
  /// The tarball's size in bytes.
  public var assetBytes: UInt64 { fatalError("unfinished") }
  /// The tarball's SHA-256.
  public var assetSHA256: SHA256Digest { fatalError("unfinished") }
  /// The number of its package rows.
  public var packageRows: UInt64 { fatalError("unfinished") }
  /// One of its documents; nil when it has none of that kind.
  public func document(_ kind: DocumentKind) -> DocumentInfo? { fatalError("unfinished") }
  /// The internal document with its package rows.
  public var packages: DocumentInfo { fatalError("unfinished") }
  /// All fields.
  public var stored: StoredArtifact { fatalError("unfinished") }
}
