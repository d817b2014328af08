import JSONScan

/// Follows the events of one listing page and builds its rows.
struct ListingVisitor: JSONVisitor {
  /// Where in the page the next event stands; everything unknown is skipped by depth.
  private enum Place {
    case page, list, row, commit, assets, links, link
  }

  private let limits: ListingLimits
  private var place = Place.page
  /// The depth of the outermost container that is being skipped; 0 when none is.
  private var skipping = 0
  private var key: [UInt8] = []
  private var row = ListingRowBuilder()
  private var rows: [ListingRow] = []
  private(set) var rowCount = 0

  init(limits: ListingLimits) { self.limits = limits }

  mutating func takeRows() -> [ListingRow] {
    defer { rows = [] }
    return rows
  }

  // MARK: containers

  mutating func beginObject(depth: Int) throws {
    guard skipping == 0 else { return }
    switch (place, name) {
    case (.page, _): throw ListingError(description: "the page is an object, not a list of releases")
    case (.list, _):
      row = ListingRowBuilder()
      place = .row
    case (.row, "commit"):
      row.commit = nil
      place = .commit
    case (.row, "assets"):
      row.links = []
      place = .assets
    case (.links, _):
      row.link = ListingRowBuilder.Link()
      place = .link
    default: try skip(from: depth)
    }
    key = []
  }

  mutating func endObject(depth: Int) {
    guard !endSkipping(at: depth), skipping == 0 else { return }
    switch place {
    case .row:
      rows.append(row.build(limits: limits))
      rowCount += 1
      place = .list
    case .commit, .assets: place = .row
    case .link:
      row.endLink(limits: limits)
      place = .links
    case .page, .list, .links: break
    }
    key = []
  }

  mutating func beginArray(depth: Int) throws {
    guard skipping == 0 else { return }
    switch (place, name) {
    case (.page, _): place = .list
    case (.list, _): throw ListingError(description: "row \(rowCount + 1) of the page is not an object")
    case (.assets, "links"):
      row.links = []
      place = .links
    default: try skip(from: depth)
    }
    key = []
  }

  mutating func endArray(depth: Int) {
    guard !endSkipping(at: depth), skipping == 0 else { return }
    if place == .links { place = .assets }
    key = []
  }

  /// Skips a container of a field that holds another type than it should, or that is not looked at.
  private mutating func skip(from depth: Int) throws {
    take(.other)
    skipping = depth
  }

  /// Ends the skipping when its container ends; true if this event did so.
  private mutating func endSkipping(at depth: Int) -> Bool {
    guard skipping == depth else { return false }
    skipping = 0
    return true
  }

  // MARK: values

  /// A value of a field, as far as fields need it.
  private enum Value {
    case text(String, JSONTextTraits)
    case integer(Int64)
    case isTrue
    case other
  }

  private var name: String { String(decoding: key, as: UTF8.self) }

  mutating func key(_ utf8: Span<UInt8>, _ traits: JSONTextTraits) {
    guard skipping == 0 else { return }
    key.removeAll(keepingCapacity: true)
    // The names that are looked at are shorter than this; others need not be kept whole.
    for index in 0..<min(utf8.count, 32) { key.append(utf8[index]) }
  }

  mutating func string(_ utf8: Span<UInt8>, _ traits: JSONTextTraits) throws {
    guard skipping == 0 else { return }
    try refuseScalar()
    guard wantsText else { return take(.other) }
    var bytes: [UInt8] = []
    bytes.append(copying: utf8)
    take(.text(String(decoding: bytes, as: UTF8.self), traits))
  }

  mutating func number(_ text: Span<UInt8>, isTruncated: Bool) throws {
    guard skipping == 0 else { return }
    try refuseScalar()
    take(isTruncated ? .other : JSONText.integer(text).map { .integer($0) } ?? .other)
  }

  mutating func literal(_ literal: JSONLiteral) throws {
    guard skipping == 0 else { return }
    try refuseScalar()
    take(literal == .true ? .isTrue : .other)
  }

  /// Refuses a scalar where the page or a row must stand.
  private func refuseScalar() throws {
    switch place {
    case .page: throw ListingError(description: "the page is not a list of releases")
    case .list: throw ListingError(description: "row \(rowCount + 1) of the page is not an object")
    default: break
    }
  }

  /// Whether the text of the current field is used, so that others are not copied.
  private var wantsText: Bool {
    switch place {
    case .row: ["tag_name", "name", "description", "created_at", "released_at"].contains(name)
    case .commit: name == "id"
    case .link: name == "name" || name == "url"
    case .page, .list, .assets, .links: false
    }
  }

  /// Gives a value to the field it belongs to; of a field that occurs twice the last value counts.
  private mutating func take(_ value: Value) {
    var text: ListingRowBuilder.Field?
    if case .text(let string, let traits) = value {
      text = ListingRowBuilder.Field(
        string: string, isTruncated: traits.isTruncated, hasLoneSurrogate: traits.hasLoneSurrogate)
    }
    switch (place, name) {
    case (.row, "tag_name"): row.tag = text
    case (.row, "name"): row.name = text
    case (.row, "description"): row.description = text
    case (.row, "created_at"): row.createdAt = text
    case (.row, "released_at"): row.releasedAt = text
    case (.row, "upcoming_release"): if case .isTrue = value { row.isUpcoming = true } else { row.isUpcoming = false }
    case (.row, "commit"): row.commit = nil
    case (.row, "assets"), (.assets, "links"): row.links = []
    case (.commit, "id"): row.commit = text
    case (.link, "id"): if case .integer(let id) = value { row.link.id = id } else { row.link.id = 0 }
    case (.link, "name"): row.link.name = text
    case (.link, "url"): row.link.url = text
    default: break
    }
  }
}
