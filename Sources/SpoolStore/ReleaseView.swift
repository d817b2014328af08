public import Digest
public import WheelModel

/// A release's record, decoded field by field as it is asked.
public struct ReleaseView: Sendable {
  /// The fields that can be had as bytes.
  public enum Field: UInt8, Sendable {
    /// Identity.
    case product = 1
    case repository, tag
    /// What it is.
    case name, description, commit
  }

  /// Runs `body` with a field's bytes, valid until it returns; nil when the field is absent.
  public func withBytes<R>(of field: Field, _ body: (Span<UInt8>) throws -> R) rethrows -> R? {
    fatalError("unfinished")
  }

  /// A field as text; nil when it is absent.
  public func text(_ field: Field) -> Text? { fatalError("unfinished") }

  /// Compares a field's bytes; false when it is absent.
  public func matches(_ field: Field, _ text: Text) -> Bool { fatalError("unfinished") }

  /// Product, repository and tag.
  public var key: ReleaseKey { fatalError("unfinished") }
  /// When the release was made.
  public var createdAt: Timestamp { fatalError("unfinished") }
  /// When it was out.
  public var releasedAt: Timestamp? { fatalError("unfinished") }
  /// When its last change was collected.
  public var collectedAt: Timestamp { fatalError("unfinished") }
  /// When it was withdrawn.
  public var withdrawnAt: Timestamp? { fatalError("unfinished") }
  /// False while an asset is missing because of a recorded failure.
  public var complete: Bool { fatalError("unfinished") }
  /// The change that last touched it.
  public var sequence: UInt64 { fatalError("unfinished") }
  /// The listing's fingerprint; nil when it must be collected again.
  public var fingerprint: SHA256Digest? { fatalError("unfinished") }
  /// The number of its artifacts.
  public var artifactCount: Int { fatalError("unfinished") }
  /// The keys of its artifacts, sorted by bytes.
  public var artifactKeys: [Text] { fatalError("unfinished") }
  /// All fields.
  public var stored: StoredRelease { fatalError("unfinished") }
}
