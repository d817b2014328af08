import LMDB
import WheelModel

extension Repairer {
  /// Chooses the artifacts that are whole: record, release and documents.
  func chooseArtifacts() throws {
    var places: Set<UInt64> = []
    var names: [UInt32: [UInt8]] = [:]
    try walk(tables.artifacts, { ArtifactView($0) }) { key, view in
      func leaveOut(_ why: String) { quarantine(tables.artifacts, key.span, why) }
      let artifact = view.artifact
      guard key == StoreKey.artifact(artifact.id) else { return leaveOut("it lies under another's key") }
      let release = readable(tables.releases, StoreKey.release(view.release)) { ReleaseView($0) }
      guard release?.artifactKeys.contains(artifact.id.key) == true else { return leaveOut("its release is lost") }
      let lineage = StoreKey.lineage(artifact.id.repository, variant: artifact.variant, arch: artifact.arch)
      guard names[view.lineage] ?? lineage == lineage else { return leaveOut("its lineage is another's") }
      let documents = view.documents
      for (slot, info) in documents {
        let header = try? DocumentDecoder.header(info.id, in: transaction, tables.documents)?.header
        guard let header, !bad.contains(info.id), header.sha256 == info.sha256, header.slot == slot,
          !owned.contains(info.id)
        else { return leaveOut("its document \(slot.name) is lost") }
      }
      guard places.insert(UInt64(view.lineage) << 32 | UInt64(view.position)).inserted else {
        return leaveOut("its place is another's")
      }
      names[view.lineage] = lineage
      owned.formUnion(documents.values.map(\.id))
      kept[key] = (view.lineage, view.position)
    }
  }

  /// Writes the kept artifacts with their places and drops, as their releases and documents now are.
  func copyArtifacts() throws {
    for batch in Batches(kept.keys.sorted { $0.lexicographicallyPrecedes($1) }, of: 256) {
      try target.transact { session in
        for key in batch {
          guard let view = readable(tables.artifacts, key, { ArtifactView($0) }) else { continue }
          var record = ArtifactRecord(view)
          let release = readable(tables.releases, StoreKey.release(view.release)) { ReleaseView($0) }
          record.withdrawnAt = release?.withdrawnAt
          for (slot, info) in record.documents {
            guard let found = try DocumentDecoder.header(info.id, in: transaction, tables.documents) else { continue }
            record.documents[slot] = DocumentInfo(
              id: info.id, bytes: found.header.rawBytes, sha256: info.sha256, storedBytes: found.storedBytes,
              depth: found.header.depth)
          }
          try session.write(record)
        }
      }
    }
  }

  /// Writes lineages, their heads, and the package index, from the artifacts that are there.
  func rebuildLineages() throws {
    var members: [UInt32: [(position: UInt32, key: [UInt8])]] = [:]
    for (key, place) in kept { members[place.lineage, default: []].append((place.position, key)) }
    for number in members.keys.sorted() {
      let places = (members[number] ?? []).sorted { $0.position < $1.position }
      guard let last = places.last, let newest = readable(tables.artifacts, last.key, { ArtifactView($0) }) else {
        continue
      }
      let artifact = newest.artifact
      var lineage = Lineage(
        repository: artifact.id.repository, variant: artifact.variant, arch: artifact.arch, number: number)
      let old = readable(tables.lineages, lineage.key) { Lineage($0) }
      lineage.nextPosition = max(old?.nextPosition ?? 0, last.position + 1)
      for slot in DocumentSlot.allCases {
        guard let info = newest.document(slot: slot),
          let header = try DocumentDecoder.header(info.id, in: transaction, tables.documents)?.header
        else { continue }
        let tip = header.codec == .same ? header.parent : info.id
        lineage[slot] = Lineage.Tip(document: tip, run: UInt64(info.depth) + 1)
      }
      let rebuilt = lineage
      try target.transact { session in
        session.save(rebuilt)
        session.counters.nextLineage = max(session.counters.nextLineage, number + 1)
        let head = StoreKey.lineageHead(number)
        try session.transaction.put(session.tables.members, head, rebuilt.headWriter)
        // Package rows that are retained are so for the sake of this lineage, as far as they are its newest.
        let tip = StoreKey.number(rebuilt[.packages].document)
        if try session.transaction.read.contains(session.tables.retained, tip) {
          let retained = RetainedDocument(slot: .packages, lineage: number, storedBytes: 0)
          try session.transaction.put(session.tables.retained, tip, retained.writer)
        }
      }
      try index(number, places)
    }
  }

  private func index(_ lineage: UInt32, _ places: [(position: UInt32, key: [UInt8])]) throws {
    var before: [UInt8] = []
    for batch in Batches(places, of: 64) {
      try target.transact { session in
        for place in batch {
          guard let view = readable(tables.artifacts, place.key, { ArtifactView($0) }), let rows = raw(view.packages.id)
          else { continue }
          try session.index(lineage, position: place.position, from: before, to: rows.bytes)
          before = rows.bytes
        }
      }
    }
  }
}
