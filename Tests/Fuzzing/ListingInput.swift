import WheelModel

/// A page of a release listing.
enum ListingInput {
  static func read(_ input: [UInt8]) -> Bool {
    let whole = rows(input, inPieces: false)
    let pieces = rows(input, inPieces: true)
    hold((whole == nil) == (pieces == nil), "whether a page is good depends on where it is cut")
    if let whole, let pieces { hold(whole == pieces, "the rows depend on where the page is cut") }
    for case .release(let release) in whole ?? [] {
      let fingerprint = release.fingerprint
      var turned = release
      turned.links.reverse()
      hold(turned.fingerprint == fingerprint, "the fingerprint depends on the order of the links")
      for link in release.links { _ = link.redactedURL }
    }
    return whole != nil
  }

  private static func rows(_ input: [UInt8], inPieces: Bool) -> [ListingRow]? {
    var limits = ListingLimits()
    limits.textBytes = 300
    limits.linksPerRow = 8
    var parser = ListingParser(limits: limits)
    var rows: [ListingRow] = []
    do {
      if inPieces {
        try Cuts.forEach(input) { rows += try parser.feed($0) }
      } else {
        rows += try parser.feed(input.span)
      }
      try parser.finish()
    } catch {
      return nil
    }
    hold(rows.count == parser.rowCount, "the count of rows is wrong")
    return rows
  }
}
