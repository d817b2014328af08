extension Timestamp {
  static let millisecondsPerDay: Int64 = 86_400_000

  /// Makes a moment of a date and a time of day in UTC; nil when a part is out of its range.
  ///
  /// The calendar is the proleptic Gregorian one, the year astronomical (year 0 is 1 BC). Second 60 is accepted, as a
  /// leap second, and is the first moment of the next minute; hour 24 only as the end of a day.
  public init?(
    year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0, millisecond: Int = 0
  ) {
    guard (-200_000_000...200_000_000).contains(year), (1...12).contains(month), day >= 1,
      day <= Self.days(inMonth: month, year: year), (0...24).contains(hour), (0...59).contains(minute),
      (0...60).contains(second), (0...999).contains(millisecond),
      hour < 24 || (minute == 0 && second == 0 && millisecond == 0)
    else { return nil }
    let ofDay = ((Int64(hour) * 60 + Int64(minute)) * 60 + Int64(second)) * 1000 + Int64(millisecond)
    self.init(milliseconds: Self.days(year: year, month: month, day: day) * Self.millisecondsPerDay + ofDay)
  }

  /// Counts the days of a month.
  static func days(inMonth month: Int, year: Int) -> Int {
    switch month {
    case 4, 6, 9, 11: 30
    case 2: (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28
    default: 31
    }
  }

  /// Counts the days from 1970-01-01 to a date, over eras of 400 years that begin on a 1 March.
  ///
  /// Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms": `days_from_civil`.
  static func days(year: Int, month: Int, day: Int) -> Int64 {
    let shifted = Int64(year) - (month <= 2 ? 1 : 0)
    let era = (shifted >= 0 ? shifted : shifted - 399) / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * Int64(month > 2 ? month - 3 : month + 9) + 2) / 5 + Int64(day) - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }

  /// Finds the date of a day counted from 1970-01-01. Counterpart: `civil_from_days`, of the same page.
  static func date(ofDay day: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let shifted = day + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
  }
}
