extension Timestamp: CustomStringConvertible {
  /// The moment as `2026-04-07T21:58:27.082Z`: UTC, always three fraction digits.
  ///
  /// Years outside 0–9999 are written with a sign and at least six digits (ISO 8601 expanded years). RFC 3339.
  public var rfc3339: String {
    var day = milliseconds / Self.millisecondsPerDay
    var rest = milliseconds % Self.millisecondsPerDay
    if rest < 0 {
      day -= 1
      rest += Self.millisecondsPerDay
    }
    let date = Self.date(ofDay: day)
    var text: [UInt8] = []
    text.reserveCapacity(24)
    if (0...9999).contains(date.year) {
      Self.append(date.year, width: 4, to: &text)
    } else {
      text.append(UInt8(ascii: date.year < 0 ? "-" : "+"))
      Self.append(abs(date.year), width: 6, to: &text)
    }
    for (mark, value, width): (Unicode.Scalar, Int64, Int) in [
      ("-", date.month, 2), ("-", date.day, 2), ("T", rest / 3_600_000, 2), (":", rest / 60_000 % 60, 2),
      (":", rest / 1000 % 60, 2), (".", rest % 1000, 3),
    ] {
      text.append(UInt8(ascii: mark))
      Self.append(value, width: width, to: &text)
    }
    text.append(UInt8(ascii: "Z"))
    return String(decoding: text, as: UTF8.self)
  }

  /// The RFC 3339 form.
  public var description: String { rfc3339 }

  private static func append(_ value: Int64, width: Int, to text: inout [UInt8]) {
    var digits: [UInt8] = []
    var rest = value
    while rest > 0 || digits.count < width {
      digits.append(UInt8(ascii: "0") + UInt8(rest % 10))
      rest /= 10
    }
    text.append(contentsOf: digits.reversed())
  }
}
