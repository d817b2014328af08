import Digest
import LMDB
import WheelModel

extension Session {
  /// Gives a change the next sequence and binds it into the chain; `release` is written under its key.
  func log(_ operation: LogOperation, _ release: ReleaseRecord, at time: Timestamp) throws {
    let key = release.stored.release.key
    let sequence = release.stored.release.sequence
    precondition(sequence == counters.sequence + 1, "changes are numbered one after the other")
    let hash = release.contentHash
    counters.chain = LogChain.next(
      counters.chain, sequence: sequence, operation: operation, release: key, recordHash: hash)
    counters.sequence = sequence
    let entry = LogEntry(
      sequence: sequence, operation: operation, release: key, chain: counters.chain, recordHash: hash, at: time)
    try transaction.put(tables.log, StoreKey.number(sequence), entry.writer, append: true)
    try transaction.put(tables.releases, StoreKey.release(key), release.writer)
  }

  /// Marks a release as withdrawn; returns its sequence, or nil when it is not there or withdrawn already.
  func withdraw(_ key: ReleaseKey, at time: Timestamp) throws -> UInt64? {
    guard var release = try release(key), release.stored.release.withdrawnAt == nil else { return nil }
    for member in release.members {
      let id = ArtifactID(key.repository, key: member.key)
      guard var artifact = try artifact(id) else { throw StoreError.missingArtifact(id) }
      artifact.withdrawnAt = time
      try transaction.put(tables.artifacts, StoreKey.artifact(id), artifact.writer)
    }
    let before = release
    release.stored.release.withdrawnAt = time
    release.stored.release.sequence = counters.sequence + 1
    let sequence = release.stored.release.sequence
    try countRepository(key.repository, sequence: sequence, at: time) { counts in
      counts.count(before, sign: -1)
      counts.count(release, sign: 1)
    }
    try log(.withdraw, release, at: time)
    return sequence
  }

  func release(_ key: ReleaseKey) throws -> ReleaseRecord? {
    let recordKey = StoreKey.release(key)
    return try transaction.read.record(tables.releases, recordKey)?
      .decoded(tables.releases, recordKey) { ReleaseRecord($0) }
  }

  func artifact(_ id: ArtifactID) throws -> ArtifactRecord? {
    let key = StoreKey.artifact(id)
    return try transaction.read.record(tables.artifacts, key)?
      .decoded(tables.artifacts, key) { ArtifactView($0).map { ArtifactRecord($0) } }
  }
}
