extension Timestamp: CustomStringConvertible {
  /// The moment as `2026-04-07T21:58:27.082Z`: UTC, always three fraction digits.
  ///
  /// Years outside 0–9999 are written with a sign and at least six digits (ISO 8601 expanded years). RFC 3339.
  public var rfc3339: String {
    var text: [UInt8] = []
    text.reserveCapacity(24)
    append(to: &text)
    return String(decoding: text, as: UTF8.self)
  }

  /// Appends the RFC 3339 form.
  public func append(to text: inout [UInt8]) {
    var day = milliseconds / Self.millisecondsPerDay
    var rest = milliseconds % Self.millisecondsPerDay
    if rest < 0 {
      day -= 1
      rest += Self.millisecondsPerDay
    }
    let date = Self.date(ofDay: day)
    if !(0...9999).contains(date.year) {
      text.append(UInt8(ascii: date.year < 0 ? "-" : "+"))
      Self.append(abs(date.year), width: 6, to: &text)
    }
    text.append(addingCapacity: 24) { text in
      if (0...9999).contains(date.year) {
        Self.append(date.year / 100, to: &text)
        Self.append(date.year % 100, to: &text)
      }
      text.append(UInt8(ascii: "-"))
      Self.append(date.month, to: &text)
      text.append(UInt8(ascii: "-"))
      Self.append(date.day, to: &text)
      text.append(UInt8(ascii: "T"))
      Self.append(rest / 3_600_000, to: &text)
      text.append(UInt8(ascii: ":"))
      Self.append(rest / 60_000 % 60, to: &text)
      text.append(UInt8(ascii: ":"))
      Self.append(rest / 1000 % 60, to: &text)
      text.append(UInt8(ascii: "."))
      Self.append(rest % 1000 / 10, to: &text)
      text.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
      text.append(UInt8(ascii: "Z"))
    }
  }

  /// Appends two digits.
  private static func append(_ value: Int64, to text: inout OutputSpan<UInt8>) {
    let value = UInt8(truncatingIfNeeded: value)
    text.append(UInt8(ascii: "0") + value / 10)
    text.append(UInt8(ascii: "0") + value % 10)
  }

  /// The RFC 3339 form.
  public var description: String { rfc3339 }

  private static func append(_ value: Int64, width: Int, to text: inout [UInt8]) {
    var unit: Int64 = 1
    for _ in 1..<width { unit *= 10 }
    while value / unit > 9 { unit *= 10 }
    while unit > 0 {
      text.append(UInt8(ascii: "0") + UInt8(value / unit % 10))
      unit /= 10
    }
  }
}
