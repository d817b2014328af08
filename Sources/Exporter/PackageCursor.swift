import WheelModel

/// Walks the packed rows of a `PackageList` without making a string of each.
struct PackageCursor {
  private let bytes: [UInt8]
  private var at = 0
  /// The current row's name, as positions in the list's bytes.
  private(set) var name = 0..<0
  /// The current row's version.
  private(set) var version = 0..<0

  init(_ list: PackageList) { bytes = list.bytes }

  /// Goes to the next row; false at the end.
  mutating func next() -> Bool {
    guard at < bytes.count, let name = field(), let version = field() else { return false }
    self.name = name
    self.version = version
    return true
  }

  /// Goes to the next row whose name differs from the current one; false at the end.
  mutating func nextName() -> Bool {
    let last = name
    while next() {
      if last.isEmpty || !bytes[last].elementsEqual(bytes[name]) { return true }
    }
    return false
  }

  var nameBytes: ArraySlice<UInt8> { bytes[name] }
  var versionBytes: ArraySlice<UInt8> { bytes[version] }

  private mutating func field() -> Range<Int>? {
    var count = 0
    var shift = 0
    while at < bytes.count, shift < 35 {
      let byte = bytes[at]
      at += 1
      count |= Int(byte & 0x7f) << shift
      shift += 7
      if byte < 0x80 {
        guard count <= bytes.count - at else { return nil }
        defer { at += count }
        return at..<at + count
      }
    }
    return nil
  }
}

extension PackageList {
  /// How many names there are, and the bytes of all of them.
  var distinctNames: (count: Int, bytes: Int) {
    var cursor = PackageCursor(self)
    var count = 0
    var total = 0
    while cursor.nextName() {
      count += 1
      total += cursor.name.count
    }
    return (count, total)
  }
}
