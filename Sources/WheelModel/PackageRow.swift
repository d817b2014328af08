/// Where one row of a packed list lies: offsets into its bytes.
public struct PackageRow: Equatable, Sendable {
  /// The name's bytes.
  public let name: Range<Int>
  /// The version's bytes; may be empty.
  public let version: Range<Int>

  init(name: Range<Int>, version: Range<Int>) {
    self.name = name
    self.version = version
  }

  /// Reads the row that begins at an offset; nil at the end and where no row is.
  init?(_ bytes: Span<UInt8>, at start: Int) {
    guard let name = Self.text(bytes, at: start), let version = Self.text(bytes, at: name.upperBound) else {
      return nil
    }
    self.init(name: name, version: version)
  }

  /// The row with its lengths, as it is packed.
  public var packed: Range<Int> { name.lowerBound - (name.count < 0x80 ? 1 : 2)..<version.upperBound }

  /// Reads a length of one or two bytes, in its shortest form, and returns where the text behind it lies.
  private static func text(_ bytes: Span<UInt8>, at start: Int) -> Range<Int>? {
    guard start < bytes.count else { return nil }
    var length = Int(bytes[start])
    var from = start + 1
    if length >= 0x80 {
      guard from < bytes.count, bytes[from] > 0, bytes[from] < 0x80 else { return nil }
      length = length & 0x7f | Int(bytes[from]) << 7
      from += 1
    }
    guard length <= bytes.count - from else { return nil }
    return from..<from + length
  }

  /// Compares two rows by name, then version, by bytes; negative when the first comes first.
  static func order(_ a: Span<UInt8>, _ aRow: PackageRow, _ b: Span<UInt8>, _ bRow: PackageRow) -> Int {
    let names = compareBytes(a.extracting(aRow.name), b.extracting(bRow.name))
    return names == 0 ? compareBytes(a.extracting(aRow.version), b.extracting(bRow.version)) : names
  }
}

/// Compares bytes as `memcmp` does, a shorter text before a longer one that begins with it.
func compareBytes(_ a: Span<UInt8>, _ b: Span<UInt8>) -> Int {
  let common = min(a.count, b.count)
  var at = 0
  while at < common {
    let difference = Int(a[at]) - Int(b[at])
    if difference != 0 { return difference }
    at += 1
  }
  return a.count - b.count
}
