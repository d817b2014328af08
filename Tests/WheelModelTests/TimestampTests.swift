import Testing
import WheelModel

@Suite("Dates as upstream writes them")
struct TimestampTests {
  @Test(
    "are read with any offset and cut to milliseconds",
    arguments: [
      ("2026-04-07T21:58:27.082Z", "2026-04-07T21:58:27.082Z"),
      ("2026-04-07T21:58:27Z", "2026-04-07T21:58:27.000Z"),
      ("2026-04-07t21:58:27z", "2026-04-07T21:58:27.000Z"),
      ("2026-04-07 21:58:27+00:00", "2026-04-07T21:58:27.000Z"),
      ("2026-04-07T23:58:27.5+02:00", "2026-04-07T21:58:27.500Z"),
      ("2026-04-07T16:28:27,25-0530", "2026-04-07T21:58:27.250Z"),
      ("2026-04-08T11:58+14", "2026-04-07T21:58:00.000Z"),
      ("2026-04-07T21:58:27.0829999999999999999999999999Z", "2026-04-07T21:58:27.082Z"),
      ("2026-04-07T21:58:27.9999-00:00", "2026-04-07T21:58:27.999Z"),
      ("2024-02-29T00:00:00+23:59", "2024-02-28T00:01:00.000Z"),
      ("2000-02-29T12:00:00Z", "2000-02-29T12:00:00.000Z"),
      ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000Z"),
      ("2025-12-31T24:00:00Z", "2026-01-01T00:00:00.000Z"),
      ("1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z"),
      ("1600-03-01T00:00:00-00:01", "1600-03-01T00:01:00.000Z"),
      ("0000-01-01T00:00:00Z", "0000-01-01T00:00:00.000Z"),
      ("9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"),
    ])
  func reads(_ text: String, _ expected: String) {
    #expect(Timestamp(rfc3339: text)?.rfc3339 == expected)
  }

  @Test(
    "are refused when they name no moment",
    arguments: [
      "", "2026", "2026-04-07", "2026-04-07T21:58:27", "2026-04-07T21:58:27.Z", "2026-04-07T21:58:27.082",
      "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-02-29T00:00:00Z", "1900-02-29T00:00:00Z",
      "2026-04-31T00:00:00Z", "2026-04-00T00:00:00Z", "2026-04-07T25:00:00Z", "2026-04-07T24:00:01Z",
      "2026-04-07T00:60:00Z", "2026-04-07T00:00:61Z", "2026-04-07T00:00:00+24:00", "2026-04-07T00:00:00+00:60",
      "2026-04-07T00:00:00+0", "2026-04-07T00:00:00Z ", " 2026-04-07T00:00:00Z", "2026-4-7T00:00:00Z",
      "20260407T000000Z", "+2026-04-07T00:00:00Z", "-001-04-07T00:00:00Z", "2026-04-07T00:00:00ZZ",
      "٢٠٢٦-04-07T00:00:00Z", "9999-12-31T23:59:59-00:01", "0000-01-01T00:00:00+00:01", "2026-04-07T00:00:00+00:00:00",
      "99999999999999999999-01-01T00:00:00Z", "2026-04-07T00:00:00.١Z",
    ])
  func refuses(_ text: String) {
    #expect(Timestamp(rfc3339: text) == nil)
  }

  @Test("survive the way to text and back on the days of eight centuries and at the ends of the scale")
  func roundTrip() {
    for day in stride(from: Int64(-146_097), through: 146_097, by: 11) {
      let moment = Timestamp(milliseconds: day * 86_400_000 + 86_399_999)
      #expect(Timestamp(rfc3339: moment.rfc3339) == moment)
    }
    #expect(Timestamp(milliseconds: .max).rfc3339 == "+292278994-08-17T07:12:55.807Z")
    #expect(Timestamp(milliseconds: .min).rfc3339 == "-292275055-05-16T16:47:04.192Z")
  }

  @Test("may be a bare day where a person types them, meaning its beginning in UTC")
  func bareDay() {
    #expect(Timestamp(dateOrTime: "2026-04-07")?.rfc3339 == "2026-04-07T00:00:00.000Z")
    #expect(Timestamp(dateOrTime: "2026-04-07T02:00:00+02:00")?.rfc3339 == "2026-04-07T00:00:00.000Z")
    #expect(Timestamp(dateOrTime: "2026-02-30") == nil)
    #expect(Timestamp(dateOrTime: "2026-04") == nil)
    #expect(Timestamp(dateOrTime: "yesterday") == nil)
  }

  @Test("out of range are nil, not a trap")
  func outOfRange() {
    #expect(Timestamp(year: .max, month: 1, day: 1) == nil)
    #expect(Timestamp(year: 2026, month: .min, day: 1) == nil)
    #expect(Timestamp(year: 2026, month: 1, day: .max) == nil)
    #expect(Timestamp(year: 2026, month: 1, day: 1, hour: 24, minute: 0, second: 0, millisecond: 1) == nil)
  }
}
