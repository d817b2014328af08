import LMDB
public import WheelModel

extension Snapshot {
  /// Walks the package index itself, name by name, or of one name, until `body` returns false.
  ///
  /// For each name come the stretches of each lineage, in order, whose artifacts are still there. Costs what the index
  /// is long, which grows with changes and hardly with artifacts.
  public func forEachPackageStretch(name: Text? = nil, _ body: (PackageStretch) throws -> Bool) throws {
    let table = tables.packages
    var lineages: [UInt32: LineageStretches] = [:]
    var group: (name: Text, lineage: UInt32, changes: [PackageSegment.Change])?
    var lastPrefix: [UInt8] = []
    var lastName: Text = ""
    var goesOn = true

    func endGroup() throws -> Bool {
      guard let ended = group else { return true }
      group = nil
      if lineages[ended.lineage] == nil { lineages[ended.lineage] = try stretches(of: ended.lineage) }
      return try lineages[ended.lineage]?.forEach(ended.name, ended.changes, body) ?? true
    }

    try transaction.forEach(table.database, prefix: name.map { StoreKey.package($0) } ?? []) { key, value in
      guard key.count > 9, let number = Fixed.bigEndian(key, at: key.count - 8, as: UInt32.self) else {
        throw StoreError.damaged(table.name, key, "the key is cut")
      }
      try Seal.check(value, table: table, key: key)
      guard let segment = PackageSegment(value.extracting(Seal.byteCount...)) else {
        throw StoreError.damaged(table.name, key, "the changes are damaged")
      }
      let prefix = key.extracting(0..<key.count - 9)
      if let fullName = segment.fullName {
        lastName = fullName
        lastPrefix = []
      } else if lastPrefix.isEmpty || !prefix.isEqual(to: lastPrefix.span) {
        lastName = StoreKey.name(prefix)
        lastPrefix = prefix.copied
      }
      if let name, lastName != name { return true }
      if let current = group, current.lineage != number || current.name != lastName {
        goesOn = try endGroup()
        guard goesOn else { return false }
      }
      group = (lastName, number, (group?.changes ?? []) + segment.changes)
      return true
    }
    if goesOn { _ = try endGroup() }
  }

  /// Reads which positions of a lineage are still taken.
  private func stretches(of lineage: UInt32) throws -> LineageStretches {
    let table = tables.members
    let headKey = StoreKey.lineageHead(lineage)
    guard let head = try transaction.record(table, headKey)?.decoded(table, headKey, { Lineage($0, number: lineage) })
    else { throw StoreError.damaged(table.name, headKey.span, "the lineage is missing") }
    var positions: [UInt32] = []
    try transaction.forEach(table.database, prefix: headKey) { key, value in
      try Seal.check(value, table: table, key: key)
      if key.count == 8, let position = Fixed.bigEndian(key, at: 4, as: UInt32.self) { positions.append(position) }
      return true
    }
    return LineageStretches(head: head, positions: positions)
  }
}

/// The artifacts of a lineage that are there, by position.
private struct LineageStretches {
  let head: Lineage
  /// In ascending order.
  let positions: [UInt32]

  /// Counts the artifacts between successive changes.
  func forEach(
    _ name: Text, _ changes: [PackageSegment.Change], _ body: (PackageStretch) throws -> Bool
  ) throws -> Bool {
    for (index, change) in changes.enumerated() where !change.versions.isEmpty {
      let end = index + 1 < changes.count ? place(of: changes[index + 1].position) : positions.count
      let count = end - place(of: change.position)
      guard count > 0 else { continue }
      let stretch = PackageStretch(
        name: name, repository: head.repository, variant: head.variant, arch: head.arch, versions: change.versions,
        artifacts: UInt64(count))
      if try !body(stretch) { return false }
    }
    return true
  }

  /// Finds the first place whose position is not below one.
  private func place(of position: UInt32) -> Int {
    var (low, high) = (0, positions.count)
    while low < high {
      let middle = (low + high) / 2
      if positions[middle] < position { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
