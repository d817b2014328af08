/// Writes sizes for people.
public enum HumanSize {
  /// Returns `0 B`, `999 B`, `1.2 KiB`, `34.5 MiB`: three or four significant digits, powers of 1024.
  public static func text(_ bytes: UInt64) -> String {
    var text: [UInt8] = []
    append(bytes, to: &text)
    return String(decoding: text, as: UTF8.self)
  }

  /// Appends the same; returns how many characters it has.
  @discardableResult
  static func append(_ bytes: UInt64, to text: inout [UInt8]) -> Int {
    if bytes < 1000 {
      let count = Decimal.append(bytes, to: &text)
      text.append(UInt8(ascii: " "))
      text.append(UInt8(ascii: "B"))
      return count + 2
    }
    let units = "KMGTPE".utf8.span
    var tenths = bytes / 1024 * 10 + (bytes % 1024 * 10 + 512) / 1024
    var unit = 0
    while tenths >= 10_000, unit < units.count - 1 {
      tenths = (tenths + 512) / 1024
      unit += 1
    }
    let count = Decimal.append(tenths / 10, to: &text)
    text.append(UInt8(ascii: "."))
    text.append(UInt8(ascii: "0") + UInt8(tenths % 10))
    text.append(UInt8(ascii: " "))
    text.append(units[unit])
    text.append(UInt8(ascii: "i"))
    text.append(UInt8(ascii: "B"))
    return count + 6
  }

  /// Returns `1.0×`, `97.3×`: how many times smaller `stored` is than `raw`; `-` when nothing is stored.
  public static func ratio(raw: UInt64, stored: UInt64) -> String {
    guard stored > 0 else { return "-" }
    let tenths = (raw / stored) * 10 + (raw % stored) * 10 / stored
    return "\(tenths / 10).\(tenths % 10)×"
  }
}
