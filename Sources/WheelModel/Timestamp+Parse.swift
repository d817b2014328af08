extension Timestamp {
  /// Reads a date with a time and an offset, as `2026-04-07T21:58:27.082+02:00`; nil for anything else.
  ///
  /// Accepted: `T`, `t` or one space between date and time; seconds left out; a fraction of any length after `.` or
  /// `,`, cut (not rounded) to milliseconds; `Z`, `z`, `±HH:MM`, `±HHMM` or `±HH`; second 60; 24:00. The offset is
  /// required: a local time names no moment. The result lies in the years 0 to 9999. ISO 8601, RFC 3339.
  public init?(rfc3339 text: some StringProtocol) {
    var reader = DigitReader(text.utf8)
    guard let day = reader.date(), reader.skip("Tt "),
      let hour = reader.number(2), reader.skip(":"), let minute = reader.number(2)
    else { return nil }
    var second = 0
    var millisecond = 0
    if reader.skip(":") {
      guard let whole = reader.number(2) else { return nil }
      second = whole
      if reader.skip(".,") {
        guard let fraction = reader.fraction() else { return nil }
        millisecond = fraction
      }
    }
    guard let offset = reader.offset(), reader.isAtEnd,
      let local = Timestamp(
        year: day.year, month: day.month, day: day.day, hour: hour, minute: minute, second: second,
        millisecond: millisecond)
    else { return nil }
    let moment = Timestamp(milliseconds: local.milliseconds - Int64(offset) * 60_000)
    guard Self.writable.contains(moment.milliseconds) else { return nil }
    self = moment
  }

  /// Reads `YYYY-MM-DD`, meaning 00:00 UTC of that day, or a date with a time and an offset.
  public init?(dateOrTime text: some StringProtocol) {
    var reader = DigitReader(text.utf8)
    if let day = reader.date(), reader.isAtEnd {
      self.init(year: day.year, month: day.month, day: day.day)
    } else {
      self.init(rfc3339: text)
    }
  }

  /// The moments whose year has four digits.
  private static let writable = -62_167_219_200_000...253_402_300_799_999 as ClosedRange<Int64>
}

/// Reads digits and marks of a date from the front.
private struct DigitReader<Bytes: Collection> where Bytes.Element == UInt8 {
  private var rest: Bytes.SubSequence

  init(_ bytes: Bytes) { rest = bytes[...] }

  var isAtEnd: Bool { rest.isEmpty }

  /// Skips one of the given ASCII characters.
  mutating func skip(_ any: StaticString) -> Bool {
    guard let byte = rest.first, any.description.utf8.contains(byte) else { return false }
    rest.removeFirst()
    return true
  }

  private mutating func digit() -> Int? {
    guard let byte = rest.first, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
    rest.removeFirst()
    return Int(byte - UInt8(ascii: "0"))
  }

  /// Reads exactly `count` digits.
  mutating func number(_ count: Int) -> Int? {
    var value = 0
    for _ in 0..<count {
      guard let next = digit() else { return nil }
      value = value * 10 + next
    }
    return value
  }

  mutating func date() -> (year: Int, month: Int, day: Int)? {
    guard let year = number(4), skip("-"), let month = number(2), skip("-"), let day = number(2) else { return nil }
    return (year, month, day)
  }

  /// Reads one digit or more as milliseconds, ignoring what is finer.
  mutating func fraction() -> Int? {
    guard var value = digit() else { return nil }
    var count = 1
    while let next = digit() {
      if count < 3 { value = value * 10 + next }
      count = min(count + 1, 3)
    }
    for _ in count..<3 { value *= 10 }
    return value
  }

  /// Reads an offset, in minutes east of UTC.
  mutating func offset() -> Int? {
    if skip("Zz") { return 0 }
    let isEast = skip("+")
    guard isEast || skip("-"), let hours = number(2) else { return nil }
    var minutes = 0
    if !isAtEnd {
      _ = skip(":")
      guard let read = number(2) else { return nil }
      minutes = read
    }
    guard hours <= 23, minutes <= 59 else { return nil }
    return (isEast ? 1 : -1) * (hours * 60 + minutes)
  }
}
