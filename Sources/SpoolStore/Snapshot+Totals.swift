import LMDB
public import WheelModel

extension Snapshot {
  /// Sums up each package, or one, over the artifacts of a scope, in the order of the names, until `body` returns false.
  ///
  /// Packages that none of these artifacts has are left out. Costs what the package index is long.
  public func forEachPackageTotal(
    name: Text? = nil, in scope: PackageScope = PackageScope(), _ body: (PackageTotal) throws -> Bool
  ) throws {
    var lineages: [UInt32: LineagePositions?] = [:]
    var total: PackageTotal?
    var goesOn = true
    try forEachIndexEntry(name: name) { entry in
      if let done = total, done.name != entry.name {
        total = nil
        goesOn = try done.artifacts == 0 || body(done)
        guard goesOn else { return false }
      }
      if lineages[entry.lineage] == nil { lineages[entry.lineage] = .some(try positions(of: entry.lineage, in: scope)) }
      guard let positions = lineages[entry.lineage] ?? nil else { return true }
      var sum = total.take() ?? PackageTotal(name: entry.name)
      positions.count(entry, into: &sum)
      total = sum
      return true
    }
    if goesOn, let total, total.artifacts > 0 { _ = try body(total) }
  }

  /// Reads which positions of a lineage are taken, by artifacts of the scope; nil when the lineage is not in it.
  private func positions(of lineage: UInt32, in scope: PackageScope) throws -> LineagePositions? {
    guard scope.matches(try lineageHead(lineage)) else { return nil }
    let table = tables.members
    var positions: [UInt32] = []
    try transaction.forEach(table.database, prefix: StoreKey.lineageHead(lineage)) { key, value in
      guard key.count == 8, let position = Fixed.bigEndian(key, at: 4, as: UInt32.self) else { return true }
      if scope.isAboutMembers {
        let record = try Record(sealed: value, table: table, key: key)
        let member = try record.decoded(table, key.copied) { LineageMember($0) }
        guard scope.matches(member) else { return true }
      } else {
        try Seal.check(value, table: table, key: key)
      }
      positions.append(position)
      return true
    }
    return LineagePositions(taken: positions)
  }
}

/// The artifacts of a lineage that are there and wanted, by position, in ascending order.
private struct LineagePositions {
  let taken: [UInt32]

  /// Adds the artifacts between successive changes.
  func count(_ entry: borrowing Snapshot.IndexEntry, into total: inout PackageTotal) {
    var start = 0
    var last = 0..<0
    let packed = entry.packed.span
    for index in entry.places.indices {
      let (position, versions) = entry.places[index]
      start = place(of: position, from: start)
      guard !versions.isEmpty else { continue }
      let end =
        index + 1 < entry.places.count ? place(of: entry.places[index + 1].position, from: start) : taken.count
      guard end > start else { continue }
      total.artifacts += UInt64(end - start)
      if packed.extracting(versions).isEqual(to: packed.extracting(last)) { continue }
      last = versions
      PackageSegment.forEachVersion(packed, in: versions) { total.versions.insert(Text($0.string)) }
    }
  }

  /// Finds the first place, not before `start`, whose position is not below one.
  private func place(of position: UInt32, from start: Int) -> Int {
    var (low, high) = (start, taken.count)
    while low < high {
      let middle = (low + high) / 2
      if taken[middle] < position { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
