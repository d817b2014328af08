import LMDB
import WheelModel

extension Verifier {
  func verifyMembers() {
    let table = tables.members
    var lineages: UInt64 = 0
    walk(table, { $0 }) { key, record in
      guard let lineage = Fixed.bigEndian(key.span, at: 0, as: UInt32.self), key.count == 4 || key.count == 8 else {
        return find(table, key.span, "the key has the wrong length")
      }
      if key.count == 4 {
        lineages += 1
        positions[lineage] = []
        if Lineage(record, number: lineage) == nil { find(table, key.span, "fields are missing") }
      } else if let position = Fixed.bigEndian(key.span, at: 4, as: UInt32.self) {
        positions[lineage, default: []].append(position)
        if LineageMember(record) == nil { find(table, key.span, "fields are missing") }
      }
    }
    let places = positions.values.reduce(0) { $0 + $1.count }
    let artifacts = counters.records[Tables.names.firstIndex(of: tables.artifacts.name) ?? 0]
    if UInt64(places) != artifacts { find(table, "all", "\(places) places for \(artifacts) artifacts") }
    let known = counters.records[Tables.names.firstIndex(of: tables.lineages.name) ?? 0]
    if lineages != known { find(table, "all", "\(lineages) heads for \(known) lineages") }
  }

  func verifyArtifacts() {
    let table = tables.artifacts
    walk(table, { ArtifactView($0) }) { key, view in
      let artifact = view.artifact
      if key != StoreKey.artifact(artifact.id) { find(table, key.span, "it lies under another's key") }
      let releaseKey = StoreKey.release(view.release)
      let release = try transaction.record(tables.releases, releaseKey).flatMap { ReleaseView($0) }
      if release?.artifactKeys.contains(artifact.id.key) != true { find(table, key.span, "no release names it") }
      let memberKey = StoreKey.member(view.lineage, view.position)
      let member = try transaction.record(tables.members, memberKey).flatMap { LineageMember($0) }
      if member != LineageMember(key: artifact.id.key, tag: artifact.tag, createdAt: artifact.createdAt) {
        find(table, key.span, "its lineage does not have it at place \(view.position)")
      }
      for drop in artifact.dropKeys {
        let dropKey = StoreKey.drop(product: artifact.id.repository.product, key: drop)
        let owners = try transaction.record(tables.drops, dropKey).flatMap { DropRecord($0) }?.owners ?? []
        if !owners.contains(where: {
          $0.repository == artifact.id.repository.repository && $0.createdAt == artifact.createdAt
        }) {
          find(table, key.span, "drop \(drop) does not name it")
        }
      }
      for (slot, info) in view.documents {
        owned.append(info.id)
        guard let found = try DocumentDecoder.header(info.id, in: transaction, tables.documents) else {
          find(table, key.span, "its document \(slot.name) (\(info.id)) is missing")
          continue
        }
        let header = found.header
        let isEqual =
          header.sha256 == info.sha256 && header.rawBytes == info.bytes && header.slot == slot
          && header.depth == info.depth && found.storedBytes == info.storedBytes
        if !isEqual { find(table, key.span, "its document \(slot.name) (\(info.id)) is another one") }
      }
    }
    owned.sort()
  }

  func verifyReleases() {
    let table = tables.releases
    var counts: [RepositoryKey: Overview.Repository] = [:]
    walk(table, { ReleaseRecord($0) }) { key, record in
      let release = record.stored.release
      if key != StoreKey.release(release.key) { find(table, key.span, "it lies under another's key") }
      for member in record.members {
        let artifactKey = StoreKey.artifact(ArtifactID(release.key.repository, key: member.key))
        let view = try transaction.record(tables.artifacts, artifactKey).flatMap { ArtifactView($0) }
        guard let view, view.release == release.key, view.withdrawnAt == release.withdrawnAt else {
          find(table, key.span, "artifact \(member.key) is missing or another release's")
          continue
        }
        if ArtifactRecord(view).contentHash != member.contentHash {
          find(table, key.span, "artifact \(member.key) is not the one that was put")
        }
      }
      let logKey = StoreKey.number(release.sequence)
      let entry = try transaction.record(tables.log, logKey).flatMap { LogEntry($0, sequence: release.sequence) }
      if entry?.release != release.key || entry?.recordHash != record.contentHash {
        find(table, key.span, "the log's entry \(release.sequence) is not of this record")
      }
      counts[
        release.key.repository,
        default: .init(
          key: release.key.repository, releases: 0, withdrawn: 0, incomplete: 0, artifacts: 0, sequence: 0,
          changedAt: release.collectedAt)
      ].count(record, sign: 1)
    }
    walk(tables.repositories, { Overview.Repository($0) }) { key, stored in
      let counted = counts.removeValue(forKey: stored.key)
      let isEqual =
        stored.releases == counted?.releases ?? 0 && stored.withdrawn == counted?.withdrawn ?? 0
        && stored.incomplete == counted?.incomplete ?? 0 && stored.artifacts == counted?.artifacts ?? 0
      if !isEqual { find(tables.repositories, key.span, "its counts are not those of its releases") }
    }
    for key in counts.keys.sorted() {
      find(tables.repositories, key.product.string + "/" + key.repository.string, "the record is missing")
    }
  }

  func verifyDrops() {
    let table = tables.drops
    walk(table, { DropRecord($0) }) { key, drop in
      if drop.owners.isEmpty { find(table, key.span, "no artifact names it") }
      for owner in drop.owners {
        let repository = RepositoryKey(product: drop.product, repository: owner.repository)
        let artifactKey = StoreKey.artifact(ArtifactID(repository, key: drop.name))
        if try !transaction.contains(tables.artifacts, artifactKey) {
          find(table, key.span, "artifact \(drop.name) of \(owner.repository) is missing")
        }
      }
    }
  }

  func verifyLineages() {
    let table = tables.lineages
    walk(table, { Lineage($0) }) { key, lineage in
      if key != lineage.key { find(table, key.span, "it lies under another's key") }
      let headKey = StoreKey.lineageHead(lineage.number)
      let head = try transaction.record(tables.members, headKey).flatMap { Lineage($0, number: lineage.number) }
      if lineage.number >= counters.nextLineage {
        find(tables.meta, "counters", "lineage \(lineage.number) is beyond the next one")
      }
      if head?.key != lineage.key { find(table, key.span, "number \(lineage.number) is another lineage's") }
      if let last = positions[lineage.number]?.last, last >= lineage.nextPosition {
        find(table, key.span, "place \(last) is beyond the next one, \(lineage.nextPosition)")
      }
      guard lineage.nextPosition > 0 else { return }
      let tip = lineage[.packages].document
      if try DocumentDecoder.header(tip, in: transaction, tables.documents) == nil {
        find(table, key.span, "its newest package rows (\(tip)) are missing")
      }
    }
  }

  func verifyLog() {
    let table = tables.log
    var chain = LogChain.genesis(store.id)
    var last: UInt64 = 0
    walk(table, { $0 }) { key, record in
      guard let sequence = Fixed.bigEndian(key.span, at: 0, as: UInt64.self),
        let entry = LogEntry(record, sequence: sequence)
      else { return find(table, key.span, "fields are missing") }
      if sequence != last + 1 { find(table, key.span, "the entries from \(last + 1) on are missing") }
      let next = LogChain.next(
        chain, sequence: sequence, operation: entry.operation, release: entry.release, recordHash: entry.recordHash)
      if next != entry.chain { find(table, key.span, "the chain breaks here") }
      let release = try transaction.record(tables.releases, StoreKey.release(entry.release)).flatMap { ReleaseView($0) }
      // One that repair had to leave out may be missing; the number of releases tells whether it should be there.
      if let release, release.sequence < sequence { find(table, key.span, "its release's record is an earlier one") }
      (chain, last) = (entry.chain, sequence)
    }
    if last != counters.sequence || chain != counters.chain {
      find(table, "all", "the log ends at \(last), the counters say \(counters.sequence)")
    }
  }
}
