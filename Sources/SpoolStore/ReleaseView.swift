public import Digest
public import WheelModel

/// A release's record, decoded field by field as it is asked.
public struct ReleaseView: Sendable {
  private typealias Tag = ReleaseRecord.Tag

  /// The fields that can be had as bytes.
  public enum Field: UInt8, Sendable {
    /// The product's key.
    case product = 1
    /// The repository's key.
    case repository
    /// The tag.
    case tag
    /// The title; may be absent.
    case name
    /// The release notes; may be absent.
    case description
    /// The commit's id.
    case commit
  }

  let record: Record

  /// Takes a record whose fields are all there.
  init?(_ record: Record) {
    for tag in [Tag.product, Tag.repository, Tag.tag, Tag.commit, Tag.createdAt, Tag.collectedAt, Tag.sequence] {
      guard record.has(tag) else { return nil }
    }
    self.record = record
  }

  /// Runs `body` with a field's bytes, valid until it returns; nil when the field is absent.
  public func withBytes<R>(of field: Field, _ body: (Span<UInt8>) throws -> R) rethrows -> R? {
    try record.withBytes(field.rawValue, body)
  }

  /// A field as text; nil when it is absent.
  public func text(_ field: Field) -> Text? { record.text(field.rawValue) }

  /// Compares a field's bytes; false when it is absent.
  public func matches(_ field: Field, _ text: Text) -> Bool { record.matches(field.rawValue, text) }

  /// Product, repository and tag.
  public var key: ReleaseKey {
    ReleaseKey(
      RepositoryKey(product: text(.product) ?? "", repository: text(.repository) ?? ""), tag: text(.tag) ?? "")
  }

  /// When the release was made.
  public var createdAt: Timestamp { record.timestamp(Tag.createdAt) ?? Timestamp(milliseconds: 0) }
  /// When it was out.
  public var releasedAt: Timestamp? { record.timestamp(Tag.releasedAt) }
  /// When its last change was collected.
  public var collectedAt: Timestamp { record.timestamp(Tag.collectedAt) ?? Timestamp(milliseconds: 0) }
  /// When it was withdrawn.
  public var withdrawnAt: Timestamp? { record.timestamp(Tag.withdrawnAt) }
  /// False while an asset is missing because of a recorded failure.
  public var complete: Bool { record.uint(Tag.complete) == 1 }
  /// The change that last touched it.
  public var sequence: UInt64 { record.uint(Tag.sequence) ?? 0 }
  /// The listing's fingerprint; nil when it must be collected again.
  public var fingerprint: SHA256Digest? { record.digest(Tag.fingerprint) }

  /// The number of its artifacts.
  public var artifactCount: Int {
    var count = 0
    record.forEach(Tag.artifact) { _ in count += 1 }
    return count
  }

  /// The keys of its artifacts, sorted by bytes.
  public var artifactKeys: [Text] { members.map(\.key) }

  /// The artifacts with their content hashes.
  var members: [ReleaseRecord.Member] {
    var members: [ReleaseRecord.Member] = []
    record.forEach(Tag.artifact) { value in
      guard value.count >= SHA256Digest.byteCount,
        let hash = SHA256Digest(value.extracting(0..<SHA256Digest.byteCount))
      else { return }
      members.append(.init(key: Text(value.extracting(SHA256Digest.byteCount...).string), contentHash: hash))
    }
    return members
  }

  /// All fields.
  public var stored: StoredRelease {
    StoredRelease(
      release: Release(
        key: key, name: record.string(Tag.name), description: record.string(Tag.description), createdAt: createdAt,
        releasedAt: releasedAt, commit: text(.commit) ?? "", complete: complete, sequence: sequence,
        collectedAt: collectedAt, withdrawnAt: withdrawnAt, artifactKeys: artifactKeys),
      fingerprint: fingerprint)
  }
}
