extension PackageList {
  /// Wraps packed bytes that come from outside, counting their rows; nil unless they are rows, sorted, each once.
  public init?(packed bytes: [UInt8]) {
    let span = bytes.span
    var count = 0
    var end = 0
    var last: PackageRow?
    while end < span.count {
      guard let row = PackageRow(span, at: end), !row.name.isEmpty else { return nil }
      if let last, PackageRow.order(span, last, span, row) >= 0 { return nil }
      last = row
      end = row.version.upperBound
      count += 1
    }
    self.init(bytes: bytes, count: count)
  }

  /// Calls `body` with the name and version of each row, in order; the spans are valid during the call.
  public func forEach<E: Error>(_ body: (_ name: Span<UInt8>, _ version: Span<UInt8>) throws(E) -> Void) throws(E) {
    let span = bytes.span
    var at = 0
    while let row = PackageRow(span, at: at) {
      try body(span.extracting(row.name), span.extracting(row.version))
      at = row.version.upperBound
    }
  }

  /// Calls `body` with each name once and the rows that have it, in order.
  public func forEachName<E: Error>(_ body: (_ name: Span<UInt8>, _ rows: PackageVersions) throws(E) -> Void) throws(E)
  {
    var groups = PackageGroups(self)
    while let group = groups.current {
      try body(bytes.span.extracting(group.name), PackageVersions(list: self, rows: group.rows))
      groups.advance()
    }
  }

  /// The names, sorted by bytes, each once.
  public var names: [Text] {
    var names: [Text] = []
    forEachName { name, _ in names.append(Text(copying: name)) }
    return names
  }

  /// Returns the versions of one name (in lower case), sorted by bytes; empty when it is not listed.
  public func versions(of name: Text) -> [Text] {
    let wanted = Array(name.utf8)
    var groups = PackageGroups(self)
    while let group = groups.current {
      let order = compareBytes(bytes.span.extracting(group.name), wanted.span)
      if order == 0 { return PackageVersions(list: self, rows: group.rows).texts }
      if order > 0 { return [] }
      groups.advance()
    }
    return []
  }
}

/// The versions that one list has of one name.
public struct PackageVersions: Sendable {
  private let list: PackageList
  private let rows: Range<Int>

  /// No version: the name is not in the list.
  public static let none = PackageVersions(list: .empty, rows: 0..<0)

  init(list: PackageList, rows: Range<Int>) {
    self.list = list
    self.rows = rows
  }

  /// Whether the name is not in the list.
  public var isEmpty: Bool { rows.isEmpty }

  /// Calls `body` with each version, sorted by bytes; the span is valid during the call.
  public func forEach<E: Error>(_ body: (_ version: Span<UInt8>) throws(E) -> Void) throws(E) {
    let span = list.bytes.span
    var at = rows.lowerBound
    while at < rows.upperBound, let row = PackageRow(span, at: at) {
      try body(span.extracting(row.version))
      at = row.version.upperBound
    }
  }

  /// The versions as texts, sorted by bytes.
  public var texts: [Text] {
    var texts: [Text] = []
    forEach { texts.append(Text(copying: $0)) }
    return texts
  }

  /// Whether two lists have the same versions of a name.
  func packedEquals(_ other: PackageVersions) -> Bool {
    compareBytes(list.bytes.span.extracting(rows), other.list.bytes.span.extracting(other.rows)) == 0
  }
}

/// Walks a list name by name.
struct PackageGroups {
  struct Group {
    let name: Range<Int>
    /// The packed rows of the name.
    let rows: Range<Int>
  }

  private let list: PackageList
  private(set) var current: Group?

  init(_ list: PackageList) {
    self.list = list
    current = Self.group(list, at: 0)
  }

  mutating func advance() {
    if let end = current?.rows.upperBound { current = Self.group(list, at: end) }
  }

  private static func group(_ list: PackageList, at start: Int) -> Group? {
    let span = list.bytes.span
    guard let first = PackageRow(span, at: start) else { return nil }
    var end = first.version.upperBound
    while let next = PackageRow(span, at: end),
      compareBytes(span.extracting(first.name), span.extracting(next.name)) == 0
    {
      end = next.version.upperBound
    }
    return Group(name: first.name, rows: start..<end)
  }
}

extension Text {
  /// Wraps a copy of bytes that are known to be UTF-8; others are replaced by U+FFFD.
  public init(copying bytes: Span<UInt8>) {
    // Safety: the pointer is read inside the closure only, for as many bytes as the span has.
    self = unsafe bytes.withUnsafeBufferPointer { unsafe Text(decoding: $0) }
  }
}
