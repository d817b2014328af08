/// Writes sizes for people.
public enum HumanSize {
  /// Returns `0 B`, `999 B`, `1.2 KiB`, `34.5 MiB`: three or four significant digits, powers of 1024.
  public static func text(_ bytes: UInt64) -> String {
    if bytes < 1000 { return "\(bytes) B" }
    let units = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
    var tenths = bytes / 1024 * 10 + (bytes % 1024 * 10 + 512) / 1024
    var unit = 0
    while tenths >= 10_000, unit < units.count - 1 {
      tenths = (tenths + 512) / 1024
      unit += 1
    }
    return "\(tenths / 10).\(tenths % 10) \(units[unit])"
  }

  /// Returns `1.0×`, `97.3×`: how many times smaller `stored` is than `raw`; `-` when nothing is stored.
  public static func ratio(raw: UInt64, stored: UInt64) -> String {
    guard stored > 0 else { return "-" }
    let tenths = (raw / stored) * 10 + (raw % stored) * 10 / stored
    return "\(tenths / 10).\(tenths % 10)×"
  }
}
