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

  /// Returns the canonical form of a text.
  public static func canonical(_ name: Text) -> Text { Text(decoding: canonical(name.utf8)) }
}
