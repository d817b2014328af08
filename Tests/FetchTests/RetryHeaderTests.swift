import Fetch
import Testing

/// What an answer says of waiting.
struct RetryHeaderTests {
  @Test(
    arguments: [
      ("30", 30), ("0", 0), ("1000000000", 1_000_000_000), ("99999999999999999999", Int.max), ("-5", nil),
      ("soon", nil),
      ("", nil), ("1.5", nil), ("Mon, 23 Nov 2026 10:01:40 GMT", 100), ("Mon, 23 Nov 2026 09:00:00 GMT", 0),
    ] as [(String, Int?)])
  func `Retry-After is seconds or a date, counted from the server's own`(text: String, seconds: Int?) throws {
    let server = ScriptedServer { _, connection in
      connection.answer(
        "429 Too Many Requests",
        headers: ["Date: Mon, 23 Nov 2026 10:00:00 GMT", "Retry-After: \(text)", "RateLimit-Remaining: 0"])
      return true
    }
    let response = try makeClient(for: server).get(server.url)
    #expect(response.status == 429)
    #expect(response.retryAfter == seconds)
    #expect(response.rateLimit.remaining == 0)
    #expect(response.rateLimit.limit == nil)
  }

  @Test func `a rate limit is that of the service itself, told in a redirect too`() throws {
    let storage = ScriptedServer { _, connection in
      connection.answer("200 OK", headers: ["RateLimit-Remaining: 99"])
      return true
    }
    let service = ScriptedServer { _, connection in
      connection.answer(
        "302 Found",
        headers: [
          "Location: \(storage.url)", "Date: Mon, 23 Nov 2026 10:00:00 GMT", "RateLimit-Limit: 5",
          "RateLimit-Remaining: 2", "RateLimit-Reset: 1795428030",
        ])
      return true
    }
    let response = try makeClient(for: service).get(service.url)
    #expect(response.status == 200)
    #expect(response.rateLimit.limit == 5 && response.rateLimit.remaining == 2)
    #expect(response.rateLimit.resetsAfter == 30)
  }
}
