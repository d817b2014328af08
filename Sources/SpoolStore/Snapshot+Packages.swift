import LMDB
public import WheelModel

extension Snapshot {
  /// In which artifacts a package is, and at which versions: for each lineage the artifacts in the order they came in.
  ///
  /// `name` is compared as it is: canonical, lower-case. Costs what the answer is long. Stops when `body` returns false.
  public func forEachUse(ofPackage name: Text, _ body: (PackageUse) throws -> Bool) throws {
    let table = tables.packages
    let prefix = StoreKey.package(name)
    var lineage: UInt32?
    var changes: [PackageSegment.Change] = []
    var goesOn = true
    try transaction.forEach(table.database, prefix: prefix) { key, value in
      guard key.count == prefix.count + 8, let number = Fixed.bigEndian(key, at: prefix.count, as: UInt32.self) else {
        return true
      }
      try Seal.check(value, table: table, key: key)
      guard let segment = PackageSegment(value.extracting(Seal.byteCount...)) else {
        throw StoreError.damaged(table.name, key, "the changes are damaged")
      }
      guard segment.fullName == nil || segment.fullName == name else { return true }
      if let lineage, lineage != number {
        goesOn = try expand(changes, lineage, body)
        changes = []
        guard goesOn else { return false }
      }
      lineage = number
      changes += segment.changes
      return true
    }
    if goesOn, let lineage { _ = try expand(changes, lineage, body) }
  }

  /// As `forEachUse`, gathered.
  public func packageHistory(_ name: Text) throws -> [PackageUse] {
    var uses: [PackageUse] = []
    try forEachUse(ofPackage: name) { use in
      uses.append(use)
      return true
    }
    return uses
  }

  /// Walks the names of all packages that some artifact has or had, in byte order, until `body` returns false.
  ///
  /// Names over 480 bytes come in the order of their first 449.
  public func forEachPackageName(_ body: (Text) throws -> Bool) throws {
    let table = tables.packages
    var last: Text?
    var count = 0
    var goesOn = true
    try transaction.forEach(table.database) { key, value in
      count += 1
      guard key.count > 9 else { throw StoreError.damaged(table.name, key, "the key is cut") }
      let name: Text
      if key.count > StoreKey.longestName + 8 {
        let record = try Record(sealed: value, table: table, key: key)
        name = try record.decoded(table, key.copied) { PackageSegment($0)?.fullName }
      } else {
        try Seal.check(value, table: table, key: key)
        name = StoreKey.name(key.extracting(0..<key.count - 9))
      }
      guard name != last else { return true }
      last = name
      goesOn = try body(name)
      return goesOn
    }
    if goesOn { try checkCount(count, table) }
  }

  /// Turns changes of a lineage into the artifacts that are still there.
  private func expand(
    _ changes: [PackageSegment.Change], _ lineage: UInt32, _ body: (PackageUse) throws -> Bool
  ) throws -> Bool {
    let table = tables.members
    let headKey = StoreKey.lineageHead(lineage)
    guard let head = try transaction.record(table, headKey)?.decoded(table, headKey, { Lineage($0, number: lineage) })
    else { throw StoreError.damaged(table.name, headKey.span, "the lineage is missing") }
    guard let first = changes.first else { return true }
    var current = 0
    var goesOn = true
    try transaction.forEach(table.database, from: StoreKey.member(lineage, first.position)) { key, value in
      guard key.count == 8, key.extracting(0..<4).isEqual(to: headKey.span),
        let position = Fixed.bigEndian(key, at: 4, as: UInt32.self)
      else { return false }
      while current + 1 < changes.count && changes[current + 1].position <= position { current += 1 }
      guard !changes[current].versions.isEmpty else { return true }
      let record = try Record(sealed: value, table: table, key: key)
      let member = try record.decoded(table, key.copied) { LineageMember($0) }
      goesOn = try body(
        PackageUse(
          artifact: ArtifactID(head.repository, key: member.key), tag: member.tag, arch: head.arch,
          variant: head.variant, createdAt: member.createdAt, position: position,
          versions: changes[current].versions))
      return goesOn
    }
    return goesOn
  }
}
