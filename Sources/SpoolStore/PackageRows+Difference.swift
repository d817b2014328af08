import WheelModel

extension PackageRows {
  /// Calls `body` with each name whose rows differ, and its versions in `new`: none when it is only in `old`.
  static func forEachDifference(
    _ old: [UInt8], _ new: [UInt8], _ body: (_ name: Text, _ versions: [Text]) throws -> Void
  ) throws {
    var before = PackageRows(old)
    var after = PackageRows(new)
    var (a, b) = (try before.next(), try after.next())
    while a != nil || b != nil {
      // Most groups are equal: one comparison settles that.
      if let was = a, let now = b, old.span.extracting(was.rows).isEqual(to: new.span.extracting(now.rows)) {
        (a, b) = (try before.next(), try after.next())
        continue
      }
      let order: Int
      switch (a, b) {
      case (let a?, let b?): order = compare(old[a.name], new[b.name])
      case (_?, nil): order = -1
      default: order = 1
      }
      if order < 0, let gone = a {
        try body(Text(decoding: old[gone.name]), [])
        a = try before.next()
      } else if order > 0, let come = b {
        try body(Text(decoding: new[come.name]), after.versions(come))
        b = try after.next()
      } else if a != nil, let now = b {
        try body(Text(decoding: new[now.name]), after.versions(now))
        (a, b) = (try before.next(), try after.next())
      }
    }
  }

  private static func compare(_ a: ArraySlice<UInt8>, _ b: ArraySlice<UInt8>) -> Int {
    if a == b { return 0 }
    return a.lexicographicallyPrecedes(b) ? -1 : 1
  }
}
