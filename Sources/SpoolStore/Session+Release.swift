import Digest
import LMDB
import WheelModel

extension Session {
  /// Puts a release in place of what is there under its key.
  func commit(_ put: ReleasePut) throws -> CommitReceipt {
    let old = try release(put.key)
    var before: [Text: ArtifactRecord] = [:]
    for member in old?.members ?? [] {
      let id = ArtifactID(put.key.repository, key: member.key)
      guard let record = try artifact(id) else { throw StoreError.missingArtifact(id) }
      before[member.key] = record
    }
    before.merge(try takeOver(put, but: before)) { mine, _ in mine }

    let sequence = counters.sequence + 1
    var after: [Text: ArtifactRecord] = [:]
    var siblings = Siblings()
    var rejected: [Artifact] = []
    for item in put.artifacts {
      switch item {
      case .new(let artifact, let documents, let packages):
        try check(artifact, belongsTo: put, isNew: after[artifact.id.key] == nil)
        if before[artifact.id.key] == nil, try self.artifact(artifact.id) != nil {
          rejected.append(artifact)
          try discard(documents)
          try discardRows(artifact.id)
          continue
        }
        let content = NewArtifact(artifact: artifact, documents: documents, packages: packages)
        after[artifact.id.key] = try self.put(
          content, of: put, sequence, replacing: before[artifact.id.key], siblings: &siblings)
      case .keep(let id):
        guard after[id.key] == nil, id.repository == put.key.repository, let record = before[id.key] else {
          throw StoreError.usage("commit release \(put.key.tag)", "artifact \(id.key) cannot be kept")
        }
        after[id.key] = try keep(record, of: put)
      }
    }
    for (key, record) in before.sorted(by: { $0.key < $1.key }) where after[key] == nil { try remove(record) }

    let keys = after.keys.sorted()
    let record = ReleaseRecord(
      stored: StoredRelease(
        release: Release(
          key: put.key, name: put.name, description: put.description, createdAt: put.createdAt,
          releasedAt: put.releasedAt, commit: put.commit, complete: put.complete && rejected.isEmpty,
          sequence: sequence, collectedAt: put.collectedAt, withdrawnAt: nil, artifactKeys: keys),
        fingerprint: put.fingerprint),
      members: keys.compactMap { key in after[key].map { .init(key: key, contentHash: $0.contentHash) } })
    try countRepository(put.key.repository, sequence: sequence, at: put.collectedAt) { counts in
      counts.count(old, sign: -1)
      counts.count(record, sign: 1)
    }
    let rejections = try replaceFailures(put, rejected)
    try log(.put, record, at: put.collectedAt)
    return CommitReceipt(
      sequence: sequence, artifacts: keys.count, rejected: rejected.map(\.id), failures: rejections,
      storedBytes: storedBytes)
  }

  /// Takes artifacts whose keys this put needs from the withdrawn releases that hold them, to be replaced by its own.
  ///
  /// Such a release stays withdrawn, without them and under a new sequence of its own, ahead of the put's.
  private func takeOver(_ put: ReleasePut, but mine: [Text: ArtifactRecord]) throws -> [Text: ArtifactRecord] {
    var taken: [Text: ArtifactRecord] = [:]
    for case .new(let artifact, _, _) in put.artifacts where mine[artifact.id.key] == nil {
      guard artifact.id.repository == put.key.repository, let record = try self.artifact(artifact.id),
        record.withdrawnAt != nil
      else { continue }
      taken[artifact.id.key] = record
    }
    for tag in Set(taken.values.map(\.artifact.tag)).sorted() {
      let key = ReleaseKey(put.key.repository, tag: tag)
      guard let former = try release(key) else {
        throw StoreError.damaged("releases", StoreKey.release(key).span, "artifacts name it, but it is not there")
      }
      var rest = former
      rest.members.removeAll { taken[$0.key] != nil }
      rest.stored.release.artifactKeys = rest.members.map(\.key)
      rest.stored.release.sequence = counters.sequence + 1
      try countRepository(key.repository, sequence: rest.stored.release.sequence, at: put.collectedAt) { counts in
        counts.count(former, sign: -1)
        counts.count(rest, sign: 1)
      }
      try log(.withdraw, rest, at: put.collectedAt)
    }
    return taken
  }

  private func check(_ artifact: Artifact, belongsTo put: ReleasePut, isNew: Bool) throws {
    guard isNew, artifact.id.repository == put.key.repository, artifact.tag == put.key.tag else {
      throw StoreError.usage(
        "commit release \(put.key.tag)", "artifact \(artifact.id.key) is named twice or belongs to another release")
    }
  }

  private func discard(_ documents: [DocumentKind: DocumentContent]) throws {
    for case .stored(let prepared) in documents.values {
      try claim(prepared)
      try deletePieces(prepared)
    }
  }

  /// Drops the release's earlier failures and records those of this put and those of rejected artifacts; returns the latter.
  private func replaceFailures(_ put: ReleasePut, _ rejected: [Artifact]) throws -> [Failure] {
    let earlier = try rejected.isEmpty ? [] : failures(of: put.key.repository, tag: put.key.tag)
    let rejections = try rejected.map { artifact in
      let owner = SafeText.escape(try self.artifact(artifact.id)?.artifact.tag ?? "")
      return FailureSchedule.failure(
        of: put.key.repository, tag: put.key.tag, asset: artifact.asset.name, code: .duplicateKey,
        message: "release \(owner) holds the artifact's key", isPermanent: true, earlier: earlier, at: put.collectedAt)
    }
    _ = try clearFailures(of: put.key.repository, tag: put.key.tag)
    for failure in put.failures + rejections { try self.put(failure) }
    return rejections
  }
}
