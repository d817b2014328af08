import Digest
import LMDB
import WheelModel

extension Repairer {
  /// Writes the log without gaps: a lost entry is made anew from its release's record, or stands as lost.
  func copyLog() throws {
    var missing: Set<UInt64> = []
    var last = try (try? transaction.counters(tables).sequence) ?? lastNumber(tables.log)
    try walk(tables.releases, { ReleaseView($0) }) { _, view in last = max(last, view.sequence) }
    last = max(last, try lastNumber(tables.log))
    for sequence in stride(from: UInt64(1), through: last, by: 1) where entry(sequence) == nil {
      missing.insert(sequence)
    }
    var remade: [UInt64: ReleaseRecord] = [:]
    if !missing.isEmpty {
      try walk(tables.releases, { ReleaseRecord($0) }) { _, record in
        let sequence = record.stored.release.sequence
        if missing.contains(sequence) { remade[sequence] = record }
      }
    }
    var next: UInt64 = 1
    while next <= last {
      let first = next
      next = try target.transact { session in
        var sequence = first
        while sequence <= last && sequence < first + 4096 {
          try session.append(entry(sequence) ?? made(sequence, remade[sequence]))
          sequence += 1
        }
        return sequence
      }
    }
  }

  private func entry(_ sequence: UInt64) -> LogEntry? {
    readable(tables.log, StoreKey.number(sequence)) { LogEntry($0, sequence: sequence) }
  }

  private func made(_ sequence: UInt64, _ record: ReleaseRecord?) -> LogEntry {
    let key = StoreKey.number(sequence)
    guard let record else {
      quarantine(tables.log, key.span, "what the change was is lost")
      let nobody = ReleaseKey(RepositoryKey(product: "", repository: ""), tag: "")
      return LogEntry(
        sequence: sequence, operation: .lost, release: nobody, chain: .ofNothing, recordHash: .ofNothing,
        at: Timestamp(milliseconds: 0))
    }
    let release = record.stored.release
    return LogEntry(
      sequence: sequence, operation: release.withdrawnAt == nil ? .put : .withdraw, release: release.key,
      chain: .ofNothing, recordHash: record.contentHash, at: release.withdrawnAt ?? release.collectedAt)
  }

  /// Writes the releases; one that lost something is put anew, incomplete and without its fingerprint.
  func copyReleases() throws {
    var counts: [RepositoryKey: Overview.Repository] = [:]
    var damaged: [ReleaseRecord] = []
    var whole: [[UInt8]] = []
    try walk(tables.releases, { ReleaseRecord($0) }) { key, record in
      let release = record.stored.release
      guard key == StoreKey.release(release.key) else {
        return quarantine(tables.releases, key.span, "it lies under another's key")
      }
      let isWhole = record.members.allSatisfy { member in
        let artifactKey = StoreKey.artifact(ArtifactID(release.key.repository, key: member.key))
        guard kept[artifactKey] != nil else { return false }
        let view = readable(tables.artifacts, artifactKey) { ArtifactView($0) }
        return view.map { ArtifactRecord($0).contentHash } == member.contentHash
      }
      let logged = entry(release.sequence)
      let isLogged = logged == nil || (logged?.release == release.key && logged?.recordHash == record.contentHash)
      if isWhole && isLogged { whole.append(key) } else { damaged.append(record) }
    }
    func count(_ record: ReleaseRecord) {
      let release = record.stored.release
      let none = Overview.Repository(
        key: release.key.repository, releases: 0, withdrawn: 0, incomplete: 0, artifacts: 0, sequence: 0,
        changedAt: release.collectedAt)
      counts[release.key.repository, default: none].count(record, sign: 1)
      if let before = counts[release.key.repository], before.sequence < release.sequence {
        counts[release.key.repository]?.sequence = release.sequence
        counts[release.key.repository]?.changedAt = release.collectedAt
      }
    }
    for batch in Batches(whole, of: 1024) {
      try target.transact { session in
        for key in batch {
          guard let record = readable(tables.releases, key, { ReleaseRecord($0) }) else { continue }
          try session.transaction.put(session.tables.releases, key, record.writer)
          count(record)
        }
      }
    }
    for batch in Batches(damaged, of: 64) {
      try target.transact { session in
        for record in batch { count(try putAnew(record, session)) }
      }
    }
    report.recollect = UInt64(damaged.count)
    try target.transact { session in
      for (key, repository) in counts {
        try session.transaction.put(session.tables.repositories, StoreKey.repository(key), repository.writer)
      }
    }
  }

  private func putAnew(_ record: ReleaseRecord, _ session: Session) throws -> ReleaseRecord {
    var record = record
    let key = record.stored.release.key
    record.members = try record.members.compactMap { member in
      try session.artifact(ArtifactID(key.repository, key: member.key))
        .map { ReleaseRecord.Member(key: member.key, contentHash: $0.contentHash) }
    }
    record.stored.release.artifactKeys = record.members.map(\.key)
    record.stored.release.complete = false
    record.stored.release.sequence = session.counters.sequence + 1
    record.stored.fingerprint = nil
    try session.log(
      record.stored.release.withdrawnAt == nil ? .put : .withdraw, record, at: record.stored.release.collectedAt)
    return record
  }

  /// Copies failures and runs. Listing states are left out: the next collect must see every release again.
  func copyJournal() throws {
    for (from, to) in [(tables.failures, target.open.tables.failures), (tables.runs, target.open.tables.runs)] {
      var values: [(key: [UInt8], value: Record)] = []
      try walk(from, { $0 }) { key, record in values.append((key, record)) }
      for batch in Batches(values, of: 256) {
        try target.transact { session in
          for (key, record) in batch {
            try session.transaction.put(to, key, RecordWriter(body: record.bytes))
          }
        }
      }
    }
  }
}

extension Session {
  /// Writes an entry that was logged before, bound into the chain as it now is.
  func append(_ entry: LogEntry) throws {
    counters.chain = LogChain.next(
      counters.chain, sequence: entry.sequence, operation: entry.operation, release: entry.release,
      recordHash: entry.recordHash)
    counters.sequence = entry.sequence
    let bound = LogEntry(
      sequence: entry.sequence, operation: entry.operation, release: entry.release, chain: counters.chain,
      recordHash: entry.recordHash, at: entry.at)
    try transaction.put(tables.log, StoreKey.number(entry.sequence), bound.writer, append: true)
  }
}
