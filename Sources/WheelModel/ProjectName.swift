/// Rules for the names of Python projects.
public enum ProjectName {
  /// Returns the form under which two spellings of a project's name meet: runs of `-`, `_` and `.` become one `-`,
  /// ASCII letters become lower case. PEP 503.
  public static func canonical(_ name: some Sequence<UInt8>) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(name.underestimatedCount)
    var isInRun = false
    for byte in name {
      switch byte {
      case UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
        if !isInRun { result.append(UInt8(ascii: "-")) }
        isInRun = true
      case UInt8(ascii: "A")...UInt8(ascii: "Z"):
        result.append(byte + 32)
        isInRun = false
      default:
        result.append(byte)
        isInRun = false
      }
    }
    return result
  }

  /// Returns the byte of a name's canonical form that comes of the bytes at `at`, and moves on; nil at the end.
  static func canonicalByte(_ name: Span<UInt8>, _ at: inout Int) -> UInt8? {
    guard at < name.count else { return nil }
    let byte = name[at]
    at += 1
    guard isSeparator(byte) else { return byte &- 0x41 < 26 ? byte + 32 : byte }
    while at < name.count, isSeparator(name[at]) { at += 1 }
    return UInt8(ascii: "-")
  }

  /// Whether two names are spellings of one project's.
  static func isSame(_ a: Span<UInt8>, _ b: Span<UInt8>) -> Bool {
    var (atA, atB) = (0, 0)
    while let byte = canonicalByte(a, &atA) {
      guard byte == canonicalByte(b, &atB) else { return false }
    }
    return atB == b.count
  }

  private static func isSeparator(_ byte: UInt8) -> Bool { byte == 0x2d || byte == 0x5f || byte == 0x2e }

  /// Returns the canonical form of a text.
  public static func canonical(_ name: Text) -> Text { Text(decoding: canonical(name.utf8)) }
}
