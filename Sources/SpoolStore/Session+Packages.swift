import LMDB
import WheelModel

extension Session {
  /// Writes into the package index what differs between two successive artifacts of a lineage.
  func index(_ lineage: UInt32, position: UInt32, from old: [UInt8], to new: [UInt8]) throws {
    try PackageRows.forEachDifference(old, new) { name, versions in
      try append(.init(position: position, versions: versions), name, lineage)
    }
  }

  /// Appends a change to the newest segment of a package in a lineage, or to a new one.
  private func append(_ change: PackageSegment.Change, _ name: Text, _ lineage: UInt32) throws {
    let package = StoreKey.package(name)
    let first = StoreKey.segment(package, lineage, 0)
    let newest = try transaction.read.last(
      tables.packages.database, atOrBelow: StoreKey.segment(package, lineage, .max).span
    ) { key, value -> (key: [UInt8], segment: PackageSegment)? in
      guard key.count == first.count,
        key.extracting(0..<first.count - 4).isEqual(to: first.span.extracting(0..<first.count - 4))
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
}
