/// Dates as GitLab writes them, for sorting.
enum ISODate {
  /// Returns milliseconds since 1970; 0 for what is no date.
  static func milliseconds(_ text: String) -> Int {
    let bytes = Array(text.utf8)
    func number(_ from: Int, _ count: Int) -> Int? {
      guard from + count <= bytes.count else { return nil }
      var value = 0
      for byte in bytes[from..<from + count] {
        guard byte >= 48, byte <= 57 else { return nil }
        value = value * 10 + Int(byte - 48)
      }
      return value
    }
    guard let year = number(0, 4), let month = number(5, 2), let day = number(8, 2), (1...12).contains(month) else {
      return 0
    }
    var result = days(year, month, day) * 86_400_000
    guard let hour = number(11, 2), let minute = number(14, 2), let second = number(17, 2) else { return result }
    result += ((hour * 60 + minute) * 60 + second) * 1000
    var at = 19
    if at < bytes.count, bytes[at] == UInt8(ascii: ".") {
      at += 1
      var unit = 100
      while let digit = number(at, 1) {
        result += digit * unit
        unit /= 10
        at += 1
      }
    }
    guard at < bytes.count, bytes[at] != UInt8(ascii: "Z"), let hours = number(at + 1, 2) else { return result }
    let minutes = number(at + 4, 2) ?? number(at + 3, 2) ?? 0
    let offset = (hours * 60 + minutes) * 60_000
    return bytes[at] == UInt8(ascii: "-") ? result + offset : result - offset
  }

  /// Days since 1970 in the Gregorian calendar.
  private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
    let shifted = month <= 2 ? year - 1 : year
    let era = shifted / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  /// The date that is so many days after 1970-01-01.
  static func date(_ days: Int) -> (year: Int, month: Int, day: Int) {
    let shifted = days + 719_468
    let era = shifted / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let month = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * month + 2) / 5 + 1
    return (yearOfEra + era * 400 + (month >= 10 ? 1 : 0), month < 10 ? month + 3 : month - 9, day)
  }
}
