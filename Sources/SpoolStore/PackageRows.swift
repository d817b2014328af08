import WheelModel

/// Walks packed package rows name by name. Layout: see `PackageList`.
struct PackageRows {
  /// All rows of one name.
  struct Group {
    /// The rows, packed.
    var rows: Range<Int>
    /// The name's bytes.
    var name: Range<Int>
  }

  let bytes: [UInt8]
  private var at = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The next name's rows; nil at the end. Throws for bytes that are no packed rows.
  mutating func next() throws(StoreError) -> Group? {
    let bytes = bytes
    let span = bytes.span
    var at = at
    guard at < span.count else { return nil }
    let start = at
    let name = try Self.text(span, &at)
    _ = try Self.text(span, &at)
    while at < span.count {
      var following = at
      guard try span.extracting(Self.text(span, &following)).isEqual(to: span.extracting(name)) else { break }
      _ = try Self.text(span, &following)
      at = following
    }
    self.at = at
    return Group(rows: start..<at, name: name)
  }

  /// The versions in a group's rows.
  func versions(_ group: Group) throws(StoreError) -> [Text] {
    var at = group.rows.lowerBound
    var versions: [Text] = []
    while at < group.rows.upperBound {
      _ = try Self.text(bytes.span, &at)
      versions.append(Text(decoding: bytes[try Self.text(bytes.span, &at)]))
    }
    return versions
  }

  private static func text(_ span: Span<UInt8>, _ at: inout Int) throws(StoreError) -> Range<Int> {
    guard let length = Varint.read(span, &at), length <= UInt64(span.count - at) else {
      throw StoreError(
        .unusable, .damaged, operation: "read package rows", cause: "they are cut",
        hint: "wheelspool verify --data, then wheelspool verify --repair")
    }
    let start = at
    at += Int(length)
    return start..<at
  }
}
