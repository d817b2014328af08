import LMDB
import WheelModel

/// A sum of hashes of changes: equal for equal sets of changes, in whatever order they come.
struct ChangeSum: Equatable {
  private(set) var value: UInt64 = 0

  mutating func add(name: Text, position: UInt32, versions: [Text]) {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    func mix(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    for byte in name.utf8 { mix(byte) }
    for shift in stride(from: UInt32(0), to: 32, by: 8) { mix(UInt8(truncatingIfNeeded: position >> shift)) }
    for version in versions {
      mix(0xff)
      for byte in version.utf8 { mix(byte) }
    }
    value &+= hash ^ hash >> 29
  }
}

extension Verifier {
  /// Compares the package index with what the artifacts' package rows say, lineage by lineage.
  func verifyIndex() {
    var expected: [UInt32: ChangeSum] = [:]
    for lineage in positions.keys.sorted() {
      attempt(tables.members, "lineage \(lineage)") {
        var sum = ChangeSum()
        try forEachChange(lineage) { name, position, versions in
          sum.add(name: name, position: position, versions: versions)
        }
        expected[lineage] = sum
      }
    }
    var found: [UInt32: ChangeSum] = [:]
    forEachIndexed { lineage, name, changes in
      for change in PackageSegment.shown(changes, at: positions[lineage] ?? []) {
        found[lineage, default: ChangeSum()].add(name: name, position: change.position, versions: change.versions)
      }
    }
    for (lineage, sum) in expected.sorted(by: { $0.key < $1.key }) where sum != found[lineage] ?? ChangeSum() {
      find(tables.packages, "lineage \(lineage)", "the index is not what the artifacts' package rows say")
    }
    for lineage in found.keys.sorted() where expected[lineage] == nil && positions[lineage] == nil {
      find(tables.packages, "lineage \(lineage)", "there is no such lineage")
    }
  }

  /// Calls `body` with each name whose versions differ between two successive artifacts of a lineage.
  private func forEachChange(_ lineage: UInt32, _ body: (Text, UInt32, [Text]) -> Void) throws {
    let headKey = StoreKey.lineageHead(lineage)
    guard let head = try transaction.record(tables.members, headKey).flatMap({ Lineage($0, number: lineage) }) else {
      return
    }
    var before: [UInt8] = []
    for position in positions[lineage] ?? [] {
      let key = StoreKey.member(lineage, position)
      guard let member = try transaction.record(tables.members, key).flatMap({ LineageMember($0) }) else { continue }
      let artifactKey = StoreKey.artifact(ArtifactID(head.repository, key: member.key))
      guard let view = try transaction.record(tables.artifacts, artifactKey).flatMap({ ArtifactView($0) }),
        view.lineage == lineage, view.position == position
      else {
        find(tables.members, key.span, "artifact \(member.key) is not there or elsewhere")
        continue
      }
      let cache = store.cache
      let id = view.packages.id
      let raw = try store.decoders.with { decoder in
        try decoder.decode(id, in: transaction, tables.documents) { cache[$0] }
      }
      guard let raw else { continue }
      cache.insert(id, raw)
      try PackageRows.forEachDifference(before, raw.bytes) { name, versions in body(name, position, versions) }
      before = raw.bytes
    }
  }

  /// Calls `body` with the changes of each name in each lineage.
  private func forEachIndexed(_ body: (UInt32, Text, [PackageSegment.Change]) -> Void) {
    let table = tables.packages
    var current: (key: [UInt8], lineage: UInt32, name: Text, changes: [PackageSegment.Change])?
    walk(table, { PackageSegment($0) }) { key, segment in
      guard key.count > 9, let lineage = Fixed.bigEndian(key.span, at: key.count - 8, as: UInt32.self) else {
        return find(table, key.span, "the key is cut")
      }
      let prefix = Array(key[..<(key.count - 4)])
      if let done = current, done.key == prefix {
        if let last = done.changes.last, let first = segment.changes.first, first.position <= last.position {
          find(table, key.span, "its positions do not rise")
        }
        current?.changes += segment.changes
        return
      }
      if let done = current { body(done.lineage, done.name, done.changes) }
      let name = segment.fullName ?? StoreKey.name(key.span.extracting(0..<key.count - 9))
      current = (prefix, lineage, name, segment.changes)
    }
    if let done = current { body(done.lineage, done.name, done.changes) }
  }
}
