import LMDB
import WheelModel

extension Session {
  /// Writes into the package index what differs between two successive artifacts of a lineage.
  func index(_ lineage: UInt32, position: UInt32, from old: [UInt8], to new: [UInt8]) throws {
    var before = PackageRows(old)
    var after = PackageRows(new)
    var (a, b) = (try before.next(), try after.next())
    while a != nil || b != nil {
      let order: Int
      switch (a, b) {
      case (let a?, let b?): order = Self.compare(old[a.name], new[b.name])
      case (_?, nil): order = -1
      default: order = 1
      }
      if order < 0, let gone = a {
        try append(.init(position: position, versions: []), Text(decoding: old[gone.name]), lineage)
        a = try before.next()
      } else if order > 0, let come = b {
        try append(
          .init(position: position, versions: after.versions(come)), Text(decoding: new[come.name]), lineage)
        b = try after.next()
      } else if let was = a, let now = b {
        if old[was.rows] != new[now.rows] {
          try append(
            .init(position: position, versions: after.versions(now)), Text(decoding: new[now.name]), lineage)
        }
        (a, b) = (try before.next(), try after.next())
      }
    }
  }

  /// Appends a change to the newest segment of a package in a lineage, or to a new one.
  private func append(_ change: PackageSegment.Change, _ name: Text, _ lineage: UInt32) throws {
    let package = StoreKey.package(name)
    let first = StoreKey.segment(package, lineage, 0)
    let newest = try transaction.read.last(
      tables.packages.database, atOrBelow: StoreKey.segment(package, lineage, .max).span
    ) { key, value -> (key: [UInt8], segment: PackageSegment)? in
      guard key.count == first.count, key.extracting(0..<first.count - 4).isEqual(to: first.span.extracting(0..<first.count - 4))
      else { return nil }
      try Seal.check(value, table: tables.packages, key: key)
      guard let segment = PackageSegment(value.extracting(Seal.byteCount...)) else {
        throw StoreError.damaged("packages", key, "the changes are damaged")
      }
      return (key.copied, segment)
    }
    if case let (key, segment)?? = newest {
      var segment = segment
      if segment.append(change) { return try transaction.put(tables.packages, key, segment.writer) }
      let number = (Fixed.bigEndian(key.span, at: key.count - 4, as: UInt32.self) ?? 0) + 1
      return try begin(change, name, StoreKey.segment(package, lineage, number))
    }
    try begin(change, name, first)
  }

  private func begin(_ change: PackageSegment.Change, _ name: Text, _ key: [UInt8]) throws {
    var segment = PackageSegment(fullName: StoreKey.holdsName(name) ? nil : name)
    _ = segment.append(change)
    try transaction.put(tables.packages, key, segment.writer)
  }

  private static func compare(_ a: ArraySlice<UInt8>, _ b: ArraySlice<UInt8>) -> Int {
    if a == b { return 0 }
    return a.lexicographicallyPrecedes(b) ? -1 : 1
  }
}
