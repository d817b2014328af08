import Digest
import WheelModel

/// An artifact's record: the collector's fields, its documents, and its place in its lineage.
struct ArtifactRecord {
  enum Tag {
    static let product: UInt8 = 1
    static let repository: UInt8 = 2
    static let key: UInt8 = 3
    static let tag: UInt8 = 4
    static let commit: UInt8 = 5
    static let arch: UInt8 = 6
    static let variant: UInt8 = 7
    static let rawVariant: UInt8 = 8
    static let series: UInt8 = 9
    static let assetName: UInt8 = 10
    static let assetURL: UInt8 = 11
    static let etag: UInt8 = 12
    static let lastModified: UInt8 = 13
    static let linkID: UInt8 = 14
    static let assetBytes: UInt8 = 15
    static let assetSHA256: UInt8 = 16
    static let createdAt: UInt8 = 17
    static let collectedAt: UInt8 = 18
    static let withdrawnAt: UInt8 = 19
    static let sequence: UInt8 = 20
    static let lineage: UInt8 = 21
    static let position: UInt8 = 22
    static let packageRows: UInt8 = 23
    /// 24 + 1…4, by slot: SHA-256, then varints of id, raw bytes, stored bytes, depth.
    static let documents: UInt8 = 24
  }

  var artifact: Artifact
  var documents: [DocumentSlot: DocumentInfo]
  var packageRows: UInt64
  var sequence: UInt64
  var collectedAt: Timestamp
  var withdrawnAt: Timestamp?
  var lineage: UInt32
  var position: UInt32

  var writer: RecordWriter {
    var record = RecordWriter(capacity: 768)
    appendContent(to: &record)
    record.append(Tag.etag, artifact.asset.etag)
    record.append(Tag.lastModified, artifact.asset.lastModified)
    record.append(Tag.collectedAt, collectedAt)
    record.append(Tag.withdrawnAt, withdrawnAt)
    record.append(Tag.sequence, sequence)
    record.append(Tag.lineage, UInt64(lineage))
    record.append(Tag.position, UInt64(position))
    for slot in DocumentSlot.allCases {
      if let info = documents[slot] { record.append(Tag.documents + slot.rawValue, info.packed) }
    }
    return record
  }

  /// SHA-256 over all that upstream decides: not validators, times of the store, or how documents are encoded.
  var contentHash: SHA256Digest {
    var record = RecordWriter(capacity: 768)
    appendContent(to: &record)
    for slot in DocumentSlot.allCases {
      guard let info = documents[slot] else { continue }
      var content = info.sha256.bytes
      Varint.append(info.bytes, to: &content)
      record.append(Tag.documents + slot.rawValue, content)
    }
    return SHA256.hash(record.bytes.span.extracting(Seal.byteCount...))
  }

  private func appendContent(to record: inout RecordWriter) {
    record.append(Tag.product, artifact.id.repository.product)
    record.append(Tag.repository, artifact.id.repository.repository)
    record.append(Tag.key, artifact.id.key)
    record.append(Tag.tag, artifact.tag)
    record.append(Tag.commit, artifact.commit)
    record.append(Tag.arch, artifact.arch)
    record.append(Tag.variant, artifact.variant)
    record.append(Tag.rawVariant, artifact.rawVariant)
    record.append(Tag.series, artifact.series)
    record.append(Tag.assetName, artifact.asset.name)
    record.append(Tag.assetURL, artifact.asset.url)
    record.append(Tag.linkID, signed: artifact.asset.linkID)
    record.append(Tag.assetBytes, artifact.asset.size)
    record.append(Tag.assetSHA256, artifact.asset.sha256)
    record.append(Tag.createdAt, artifact.createdAt)
    record.append(Tag.packageRows, packageRows)
  }
}

extension ArtifactRecord {
  init(_ view: ArtifactView) {
    artifact = view.artifact
    documents = view.documents
    packageRows = view.packageRows
    sequence = view.sequence
    collectedAt = view.collectedAt
    withdrawnAt = view.withdrawnAt
    lineage = view.lineage
    position = view.position
  }
}

extension DocumentInfo {
  /// The form within an artifact's record.
  var packed: [UInt8] {
    var bytes = sha256.bytes
    for value in [id, self.bytes, storedBytes, UInt64(depth)] { Varint.append(value, to: &bytes) }
    return bytes
  }

  init?(packed: Span<UInt8>) {
    guard packed.count > SHA256Digest.byteCount,
      let sha256 = SHA256Digest(packed.extracting(0..<SHA256Digest.byteCount))
    else { return nil }
    var at = SHA256Digest.byteCount
    guard let id = Varint.read(packed, &at), let bytes = Varint.read(packed, &at),
      let storedBytes = Varint.read(packed, &at), let depth = Varint.read(packed, &at).flatMap(UInt8.init(exactly:))
    else { return nil }
    self.init(id: id, bytes: bytes, sha256: sha256, storedBytes: storedBytes, depth: depth)
  }
}
