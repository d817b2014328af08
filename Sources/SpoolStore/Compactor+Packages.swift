import LMDB
import WheelModel

extension Compactor {
  /// Writes the package index without what only artifacts that are gone have said.
  func copyPackages() throws {
    let table = tables.packages
    let positions = try positionsInUse()
    var group: (prefix: [UInt8], lineage: UInt32, name: Text?, changes: [PackageSegment.Change])?

    func endGroup(_ output: borrowing WriteTransaction) throws -> Int {
      guard let ended = group else { return 0 }
      group = nil
      let shown = PackageSegment.shown(ended.changes, at: positions[ended.lineage] ?? [])
      var bytes = 0
      var number: UInt32 = 0
      var segment = PackageSegment(fullName: ended.name)
      func put() throws {
        guard segment.lastPosition != nil else { return }
        var key = ended.prefix
        Fixed.appendBigEndian(number, to: &key)
        try output.put(target.tables.packages, key, segment.writer, append: true)
        bytes += key.count + segment.packed.count
      }
      for change in shown where !segment.append(change) {
        try put()
        number += 1
        segment = PackageSegment(fullName: ended.name)
        _ = segment.append(change)
      }
      try put()
      return bytes
    }

    try copy.each(table) { output, key, value in
      let record = try Record(sealed: value, table: table, key: key)
      let segment = try record.decoded(table, key.copied) { PackageSegment($0) }
      guard key.count > 9, let lineage = Fixed.bigEndian(key, at: key.count - 8, as: UInt32.self) else {
        throw StoreError.damaged(table.name, key, "the key is cut")
      }
      let prefix = key.extracting(0..<key.count - 4).copied
      var bytes = 0
      if group?.prefix != prefix {
        bytes = try endGroup(output)
        group = (prefix, lineage, segment.fullName, [])
      }
      group?.changes += segment.changes
      return bytes
    }
    try target.environment.write { output in _ = try endGroup(output) }
  }

  /// The positions of each lineage that artifacts have, and the last one given out: the next artifact is compared with it.
  private func positionsInUse() throws -> [UInt32: [UInt32]] {
    var positions: [UInt32: [UInt32]] = [:]
    try transaction.forEach(tables.members.database) { key, _ in
      guard let lineage = Fixed.bigEndian(key, at: 0, as: UInt32.self) else { return true }
      if key.count == 8, let position = Fixed.bigEndian(key, at: 4, as: UInt32.self) {
        positions[lineage, default: []].append(position)
      }
      return true
    }
    try transaction.forEachRecord(tables.lineages) { key, record in
      let lineage = try record.decoded(tables.lineages, key.copied) { Lineage($0) }
      if lineage.nextPosition > 0, positions[lineage.number]?.last != lineage.nextPosition - 1 {
        positions[lineage.number, default: []].append(lineage.nextPosition - 1)
      }
      return true
    }
    return positions
  }
}
