import Digest
import WheelModel

/// A release's record: what the listing said, the store's own fields, and a hash of each artifact's content.
struct ReleaseRecord {
  enum Tag {
    static let product: UInt8 = 1
    static let repository: UInt8 = 2
    static let tag: UInt8 = 3
    static let name: UInt8 = 4
    static let description: UInt8 = 5
    static let commit: UInt8 = 6
    static let createdAt: UInt8 = 7
    static let releasedAt: UInt8 = 8
    static let collectedAt: UInt8 = 9
    static let withdrawnAt: UInt8 = 10
    static let complete: UInt8 = 11
    static let sequence: UInt8 = 12
    static let fingerprint: UInt8 = 13
    /// Repeated: 32 bytes of content hash, then the artifact's key.
    static let artifact: UInt8 = 14
  }

  /// One artifact of the release, with the hash of everything about it that upstream decides.
  struct Member: Equatable {
    var key: Text
    var contentHash: SHA256Digest
  }

  var stored: StoredRelease
  /// In the order of `stored.release.artifactKeys`.
  var members: [Member]

  var writer: RecordWriter {
    var record = content
    record.append(Tag.fingerprint, stored.fingerprint)
    return record
  }

  /// SHA-256 of the record's body but for the fingerprint, which `repair` may clear.
  var contentHash: SHA256Digest { SHA256.hash(content.body.span) }

  private var content: RecordWriter {
    let release = stored.release
    var record = RecordWriter(capacity: 256 + (release.description?.utf8.count ?? 0))
    record.append(Tag.product, release.key.repository.product)
    record.append(Tag.repository, release.key.repository.repository)
    record.append(Tag.tag, release.key.tag)
    record.append(Tag.name, release.name)
    record.append(Tag.description, release.description)
    record.append(Tag.commit, release.commit)
    record.append(Tag.createdAt, release.createdAt)
    record.append(Tag.releasedAt, release.releasedAt)
    record.append(Tag.collectedAt, release.collectedAt)
    record.append(Tag.withdrawnAt, release.withdrawnAt)
    record.append(Tag.complete, release.complete ? 1 : 0)
    record.append(Tag.sequence, release.sequence)
    for member in members { record.append(Tag.artifact, member.contentHash.bytes + Array(member.key.utf8)) }
    return record
  }

  /// Reads a record; nil when a field that must be there is not.
  init?(_ record: Record) {
    guard let view = ReleaseView(record) else { return nil }
    stored = view.stored
    members = view.members
  }

  init(stored: StoredRelease, members: [Member]) {
    self.stored = stored
    self.members = members
  }
}
