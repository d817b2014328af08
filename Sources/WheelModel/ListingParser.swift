import JSONScan

/// Bounds on one page of a release listing; each is a limit that an upstream cannot move.
public struct ListingLimits: Equatable, Sendable {
  /// The most bytes of a page.
  public var pageBytes = 32 << 20
  /// The most bytes of one text of a row, the release notes among them.
  public var textBytes = 4 << 20
  /// The most links to wheel tarballs in one row.
  public var linksPerRow = 1000

  /// Makes limits with their defaults.
  public init() {}
}

/// Says why a page is no release listing (`E_LISTING`).
public struct ListingError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The reason, with the place of the error in the page.
  public let description: String
}

/// Reads a page of `GET /projects/:id/releases` that arrives in pieces, row by row.
///
/// Memory is that of one row. A row that cannot be collected is a value, not an error; a page that is not a JSON array
/// of objects is an error, and rows that were handed over before it stay good.
public struct ListingParser {
  private var scanner: JSONScanner
  private var visitor: ListingVisitor

  /// The number of rows seen.
  public var rowCount: Int { visitor.rowCount }

  /// Makes a parser for one page.
  public init(limits: ListingLimits = ListingLimits()) {
    scanner = JSONScanner(
      limits: JSONLimits(capturedBytes: limits.textBytes, totalBytes: limits.pageBytes))
    visitor = ListingVisitor(limits: limits)
  }

  /// Takes the next piece of the page and returns the rows that it completes.
  public mutating func feed(_ bytes: Span<UInt8>) throws(ListingError) -> [ListingRow] {
    try scanning { parser throws in try parser.scanner.feed(bytes, &parser.visitor) }
    return visitor.takeRows()
  }

  /// Ends the page: it must be complete.
  public mutating func finish() throws(ListingError) {
    try scanning { parser throws in try parser.scanner.finish(&parser.visitor) }
  }

  private mutating func scanning(_ body: (inout Self) throws -> Void) throws(ListingError) {
    do {
      try body(&self)
    } catch let error as ListingError {
      throw error
    } catch {
      throw ListingError(description: "the page is not the JSON of a release list: \(error)")
    }
  }
}
