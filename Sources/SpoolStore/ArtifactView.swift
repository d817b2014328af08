public import Digest
public import WheelModel

/// An artifact's record, decoded field by field as it is asked: for walks that look at little of much.
public struct ArtifactView: Sendable {
  private typealias Tag = ArtifactRecord.Tag

  /// The fields that can be had as bytes.
  public enum Field: UInt8, Sendable {
    /// The product's key.
    case product = 1
    /// The repository's key.
    case repository
    /// The artifact's key.
    case key
    /// The release's tag.
    case tag
    /// The commit's id.
    case commit
    /// The CPU architecture.
    case arch
    /// The tag's suffix.
    case variant
    /// What follows the first `+` of the key.
    case rawVariant
    /// `major.minor`; may be absent.
    case series
    /// The link's name.
    case assetName
    /// The link's URL without userinfo and query.
    case assetURL
    /// The asset's `ETag`; may be absent.
    case etag
    /// The asset's `Last-Modified`; may be absent.
    case lastModified
  }

  let record: Record

  /// Takes a record whose fields are all there.
  init?(_ record: Record) {
    guard record.has(Tag.product), record.has(Tag.repository), record.has(Tag.key), record.has(Tag.tag),
      record.has(Tag.arch), record.has(Tag.variant), record.has(Tag.createdAt), record.has(Tag.sequence),
      record.has(Tag.assetSHA256), record.has(Tag.lineage), record.has(Tag.position),
      record.has(Tag.documents + DocumentSlot.packages.rawValue)
    else { return nil }
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

  /// Product, repository and key.
  public var id: ArtifactID { ArtifactID(repository, key: text(.key) ?? "") }
  /// The release it belongs to.
  public var release: ReleaseKey { ReleaseKey(repository, tag: text(.tag) ?? "") }
  /// The release's creation.
  public var createdAt: Timestamp { record.timestamp(Tag.createdAt) ?? Timestamp(milliseconds: 0) }
  /// When its content was collected.
  public var collectedAt: Timestamp { record.timestamp(Tag.collectedAt) ?? Timestamp(milliseconds: 0) }
  /// When its release was withdrawn.
  public var withdrawnAt: Timestamp? { record.timestamp(Tag.withdrawnAt) }
  /// The change that last wrote its content.
  public var sequence: UInt64 { record.uint(Tag.sequence) ?? 0 }
  /// The link's id.
  public var linkID: Int64 { record.int(Tag.linkID) ?? 0 }
  /// The tarball's size in bytes.
  public var assetBytes: UInt64 { record.uint(Tag.assetBytes) ?? 0 }
  /// The tarball's SHA-256.
  public var assetSHA256: SHA256Digest { record.digest(Tag.assetSHA256) ?? .ofNothing }
  /// The number of its package rows.
  public var packageRows: UInt64 { record.uint(Tag.packageRows) ?? 0 }

  /// One of its documents; nil when it has none of that kind.
  public func document(_ kind: DocumentKind) -> DocumentInfo? { document(slot: DocumentSlot(kind)) }

  /// The internal document with its package rows.
  public var packages: DocumentInfo {
    document(slot: .packages) ?? DocumentInfo(id: 0, bytes: 0, sha256: .ofNothing, storedBytes: 0, depth: 0)
  }

  /// All fields.
  public var stored: StoredArtifact {
    var byKind: [DocumentKind: DocumentInfo] = [:]
    for kind in DocumentKind.allCases { byKind[kind] = document(kind) }
    return StoredArtifact(
      artifact: artifact, documents: byKind, packages: packages, packageRows: packageRows, sequence: sequence,
      collectedAt: collectedAt, withdrawnAt: withdrawnAt)
  }
}

extension ArtifactView {
  private var repository: RepositoryKey {
    RepositoryKey(product: text(.product) ?? "", repository: text(.repository) ?? "")
  }

  var lineage: UInt32 { UInt32(truncatingIfNeeded: record.uint(Tag.lineage) ?? 0) }
  var position: UInt32 { UInt32(truncatingIfNeeded: record.uint(Tag.position) ?? 0) }

  func document(slot: DocumentSlot) -> DocumentInfo? {
    record.withBytes(Tag.documents + slot.rawValue) { DocumentInfo(packed: $0) } ?? nil
  }

  var documents: [DocumentSlot: DocumentInfo] {
    var documents: [DocumentSlot: DocumentInfo] = [:]
    for slot in DocumentSlot.allCases { documents[slot] = document(slot: slot) }
    return documents
  }

  var artifact: Artifact {
    Artifact(
      id: id, tag: text(.tag) ?? "", commit: text(.commit) ?? "", arch: text(.arch) ?? "",
      variant: text(.variant) ?? "", rawVariant: text(.rawVariant) ?? "", series: text(.series), createdAt: createdAt,
      asset: AssetOrigin(
        linkID: linkID, name: text(.assetName) ?? "", url: record.string(Tag.assetURL) ?? "", size: assetBytes,
        sha256: assetSHA256, etag: record.string(Tag.etag), lastModified: record.string(Tag.lastModified)))
  }
}
