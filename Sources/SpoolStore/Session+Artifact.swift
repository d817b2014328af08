import Digest
import LMDB
import WheelModel

/// An artifact that was read anew, with its content.
struct NewArtifact {
  var artifact: Artifact
  var documents: [DocumentKind: DocumentContent]
  var packages: PackageList
}

extension Session {
  /// Puts an artifact with its documents, its place in its lineage, index entries and drops.
  func put(
    _ new: NewArtifact, of put: ReleasePut, _ sequence: UInt64, replacing old: ArtifactRecord?, siblings: inout Siblings
  ) throws -> ArtifactRecord {
    var lineage = try lineage(of: new.artifact)
    let oldLineage = try old.map { try self.lineage(number: $0.lineage) } ?? nil
    var documents: [DocumentSlot: DocumentInfo] = [:]
    for kind in DocumentKind.allCases {
      guard let content = new.documents[kind] else { continue }
      let slot = DocumentSlot(kind)
      if let kept = old?.documents[slot], kept.sha256 == content.sha256 {
        documents[slot] = kept
        if case .stored(let prepared) = content {
          try claim(prepared)
          try deletePieces(prepared)
        }
      } else {
        documents[slot] = try store(content, slot, lineage: &lineage, siblings: &siblings)
      }
    }

    var record = ArtifactRecord(
      artifact: new.artifact, documents: documents, packageRows: UInt64(new.packages.count), sequence: sequence,
      collectedAt: put.collectedAt, withdrawnAt: nil, lineage: lineage.number, position: 0)
    record.artifact.commit = put.commit
    record.artifact.createdAt = put.createdAt
    let digest = SHA256.hash(new.packages.bytes.span)
    if let old, old.lineage == lineage.number, let kept = old.documents[.packages], kept.sha256 == digest {
      record.documents[.packages] = kept
      record.position = old.position
      try discardRows(new.artifact.id)
    } else {
      let rows = preparedRows[new.artifact.id].map { DocumentContent.stored($0) } ?? .bytes(new.packages.bytes, digest)
      record.position = try enter(&lineage, new.packages, rows, into: &record.documents, siblings: &siblings)
      if let old { try transaction.delete(tables.members, StoreKey.member(old.lineage, old.position)) }
    }
    for slot in DocumentSlot.allCases {
      guard let gone = old?.documents[slot], gone.id != record.documents[slot]?.id else { continue }
      try disown(gone, slot, lineage: oldLineage)
    }
    try write(record)
    return record
  }

  /// Gives an artifact the next place in its lineage, and the index what changed there.
  private func enter(
    _ lineage: inout Lineage, _ packages: PackageList, _ content: DocumentContent,
    into documents: inout [DocumentSlot: DocumentInfo], siblings: inout Siblings
  ) throws -> UInt32 {
    let position = lineage.nextPosition
    guard position < .max else { throw StoreError.limit("number artifacts", "2^32 artifacts of one lineage") }
    var before: [UInt8] = []
    if position > 0 {
      let tip = lineage[.packages].document
      guard let raw = try raw(tip) else {
        throw StoreError.damaged("documents", StoreKey.number(tip).span, "the newest package rows are missing")
      }
      before = raw.bytes
    }
    try index(lineage.number, position: position, from: before, to: packages.bytes)
    lineage.nextPosition = position + 1
    save(lineage)
    documents[.packages] = try store(content, .packages, lineage: &lineage, siblings: &siblings)
    return position
  }

  /// Gives up package rows that were taken in beforehand and are not needed.
  func discardRows(_ id: ArtifactID) throws {
    guard let prepared = preparedRows[id] else { return }
    try claim(prepared)
    try deletePieces(prepared)
  }

  /// Keeps an artifact, but for what mirrors its release.
  func keep(_ old: ArtifactRecord, of put: ReleasePut) throws -> ArtifactRecord {
    var record = old
    record.artifact.commit = put.commit
    record.artifact.createdAt = put.createdAt
    record.withdrawnAt = nil
    try write(record)
    return record
  }

  /// Writes an artifact's record, its place in its lineage, and its part of its drops.
  func write(_ record: ArtifactRecord) throws {
    let artifact = record.artifact
    try transaction.put(tables.artifacts, StoreKey.artifact(artifact.id), record.writer)
    let member = LineageMember(key: artifact.id.key, tag: artifact.tag, createdAt: artifact.createdAt)
    try transaction.put(tables.members, StoreKey.member(record.lineage, record.position), member.writer)
    for key in artifact.dropKeys {
      let product = artifact.id.repository.product
      var drop = try self.drop(product, key) ?? DropRecord(product: product, key: key, name: artifact.id.key)
      let before = drop
      drop.add(
        .init(repository: artifact.id.repository.repository, createdAt: artifact.createdAt, series: artifact.series))
      if drop != before { try transaction.put(tables.drops, StoreKey.drop(product: product, key: key), drop.writer) }
    }
  }

  /// Removes an artifact with everything that only it has.
  func remove(_ record: ArtifactRecord) throws {
    let artifact = record.artifact
    try transaction.delete(tables.artifacts, StoreKey.artifact(artifact.id))
    try transaction.delete(tables.members, StoreKey.member(record.lineage, record.position))
    let lineage = try lineage(number: record.lineage)
    for slot in DocumentSlot.allCases {
      if let document = record.documents[slot] { try disown(document, slot, lineage: lineage) }
    }
    for key in artifact.dropKeys {
      let product = artifact.id.repository.product
      guard var drop = try self.drop(product, key) else { continue }
      drop.remove(artifact.id.repository.repository)
      let recordKey = StoreKey.drop(product: product, key: key)
      if drop.owners.isEmpty {
        try transaction.delete(tables.drops, recordKey)
      } else {
        try transaction.put(tables.drops, recordKey, drop.writer)
      }
    }
  }

  private func drop(_ product: Text, _ key: Text) throws -> DropRecord? {
    let recordKey = StoreKey.drop(product: product, key: key)
    return try transaction.read.record(tables.drops, recordKey)?.decoded(tables.drops, recordKey) { DropRecord($0) }
  }
}

extension DocumentContent {
  var sha256: SHA256Digest {
    switch self {
    case .bytes(_, let digest): digest
    case .stored(let prepared): prepared.sha256
    }
  }
}
