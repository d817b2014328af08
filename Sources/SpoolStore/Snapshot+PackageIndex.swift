import LMDB
import WheelModel

extension Snapshot {
  /// One name's changes in one lineage, in the order of their positions, from one segment or several.
  struct IndexEntry: ~Copyable {
    let name: Text
    let lineage: UInt32
    /// Packed changes of segments, one behind another; positions are absolute in `places`.
    var packed: [UInt8] = []
    /// For each change its position and where its versions are.
    var places: [(position: UInt32, versions: Range<Int>)] = []
  }

  /// Walks the package index itself, of all names in byte order or of one, until `body` returns false.
  ///
  /// Costs what the index is long, which grows with changes and hardly with artifacts. A walk of everything has its
  /// count checked, and so is that of the lineages' members, unless the positions are those of records that the caller has.
  /// Names over 480 bytes come in the order of their first 449.
  func forEachIndexEntry(
    name: Text? = nil, looksUpMembers: Bool = true, _ body: (borrowing IndexEntry) throws -> Bool
  ) throws {
    let table = tables.packages
    var entry = IndexEntry(name: "", lineage: 0)
    var prefix: [UInt8] = []
    var count = 0
    var goesOn = true
    try transaction.forEach(table.database, prefix: name.map { StoreKey.package($0) } ?? []) { key, value in
      guard key.count > 9, let lineage = Fixed.bigEndian(key, at: key.count - 8, as: UInt32.self) else {
        throw StoreError.damaged(table.name, key, "the key is cut")
      }
      try Seal.check(value, table: table, key: key)
      let value = value.extracting(Seal.byteCount...)
      guard let parts = PackageSegment.parts(value) else {
        throw StoreError.damaged(table.name, key, "the changes are damaged")
      }
      count += 1
      let ownPrefix = key.extracting(0..<key.count - 8)
      let isOfSameKey = lineage == entry.lineage && ownPrefix.isEqual(to: prefix.span)
      let found = parts.fullName ?? (isOfSameKey ? entry.name : StoreKey.name(key.extracting(0..<key.count - 9)))
      if let name, found != name { return true }
      if !isOfSameKey || found != entry.name {
        if !entry.places.isEmpty { goesOn = try body(entry) }
        guard goesOn else { return false }
        entry = IndexEntry(name: found, lineage: lineage)
        prefix = ownPrefix.copied
      }
      let start = entry.packed.count
      entry.packed.append(copying: value.extracting(parts.changes))
      guard
        PackageSegment.walk(
          value.extracting(parts.changes),
          { entry.places.append(($0, $1.lowerBound + start..<$1.upperBound + start)) })
      else { throw StoreError.damaged(table.name, key, "the changes are damaged") }
      return true
    }
    guard goesOn else { return }
    if name == nil { try checkCount(count, table) } else { try confirmCount(table) }
    if looksUpMembers { try confirmCount(tables.members) }
    if !entry.places.isEmpty { _ = try body(entry) }
  }

  /// The head of a lineage, by which its number is turned into names.
  func lineageHead(_ lineage: UInt32) throws -> Lineage {
    let table = tables.members
    let key = StoreKey.lineageHead(lineage)
    guard let head = try transaction.record(table, key)?.decoded(table, key, { Lineage($0, number: lineage) })
    else { throw StoreError.damaged(table.name, key.span, "the lineage is missing") }
    return head
  }
}
