/// How one name differs between two package lists.
public struct PackageChange: Equatable, Sendable {
  /// The package's name.
  public let name: Text
  /// The versions in the older list, sorted by bytes; empty when the name was added.
  public let before: [Text]
  /// The versions in the newer list, sorted by bytes; empty when the name was removed.
  public let after: [Text]

  /// Makes a change of its parts.
  public init(name: Text, before: [Text], after: [Text]) {
    self.name = name
    self.before = before
    self.after = after
  }
}

extension PackageList {
  /// Calls `body` for each name whose set of versions is not the same in both lists, in order, with both sets.
  ///
  /// Copies nothing: time grows with both lists, memory does not.
  public static func forEachChange<E: Error>(
    from old: PackageList, to new: PackageList,
    _ body: (_ name: Span<UInt8>, _ before: PackageVersions, _ after: PackageVersions) throws(E) -> Void
  ) throws(E) {
    var olds = PackageGroups(old)
    var news = PackageGroups(new)
    while true {
      let order: Int
      switch (olds.current, news.current) {
      case (nil, nil): return
      case (_?, nil): order = -1
      case (nil, _?): order = 1
      case (let a?, let b?): order = compareBytes(old.bytes.span.extracting(a.name), new.bytes.span.extracting(b.name))
      }
      let before = order <= 0 ? olds.current : nil
      let after = order >= 0 ? news.current : nil
      let had = before.map { PackageVersions(list: old, rows: $0.rows) } ?? .none
      let has = after.map { PackageVersions(list: new, rows: $0.rows) } ?? .none
      if order != 0 || !had.packedEquals(has) {
        if let before {
          try body(old.bytes.span.extracting(before.name), had, has)
        } else if let after {
          try body(new.bytes.span.extracting(after.name), had, has)
        }
      }
      if order <= 0 { olds.advance() }
      if order >= 0 { news.advance() }
    }
  }

  /// Returns the names whose set of versions differs from that in an older list, in order.
  public func changes(since old: PackageList) -> [PackageChange] {
    var changes: [PackageChange] = []
    Self.forEachChange(from: old, to: self) { name, before, after in
      changes.append(PackageChange(name: Text(copying: name), before: before.texts, after: after.texts))
    }
    return changes
  }
}
