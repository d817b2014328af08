import TestSupport
import Testing
import Threads

@testable import Fetch

/// Silence, slowness and interruption each end a request in their own time.
struct TimeLimitTests {
  private func silent(after text: String) -> ScriptedServer {
    ScriptedServer { _, connection in
      connection.write(text)
      connection.waitForClient()
      return false
    }
  }

  @Test(arguments: ["", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n"])
  func `a server that never finishes its headers is given up`(text: String) throws {
    let server = silent(after: text)
    let client = try makeClient(for: server) { $0.times.firstByte = 0.2 }
    let error = failure { _ = try client.get(server.url) }
    #expect(error?.code == .timeout)
    #expect(error?.cause == "no answer within 0.2 s")
  }

  @Test func `a body that stalls is given up`() throws {
    let server = silent(after: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab")
    let client = try makeClient(for: server) { $0.times.lowSpeedSpan = 0.2 }
    let error = failure { _ = try client.get(server.url).readAll() }
    #expect(error?.code == .timeout)
    #expect(error?.isTransient == true)
  }

  @Test func `the whole request has a limit of its own`() throws {
    let server = silent(after: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab")
    let client = try makeClient(for: server) { $0.times.total = 0.2 }
    #expect(failure { _ = try client.get(server.url).readAll() }?.cause == "the whole request took more than 0.2 s")
  }

  @Test func `a stalled handshake is given up`() throws {
    // It accepts and then waits for a request that TLS never sends.
    let server = silent(after: "")
    var options = ClientOptions(origin: try Origin(url: "https://127.0.0.1:\(server.port)"))
    options.proxy = .none
    options.times.connect = 0.2
    let client = try HTTPClient(options)
    #expect(failure { _ = try client.get("https://127.0.0.1:\(server.port)/") }?.code == .timeout)
  }

  @Test func `an interruption ends the wait for headers and for a body`() throws {
    for text in ["", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab"] {
      let isStopped = Lock(false)
      let server = ScriptedServer { _, connection in
        connection.write(text)
        isStopped.withLock { $0 = true }
        connection.waitForClient()
        return false
      }
      let client = try makeClient(for: server) { $0.shouldStop = { isStopped.withLock { $0 } } }
      let clock = ContinuousClock()
      let time = clock.measure {
        #expect(failure { _ = try client.get(server.url).readAll() }?.code == .interrupted)
      }
      #expect(time < .seconds(2 * Sanitizer.timeFactor))
      #expect(failure { _ = try client.get(server.url) }?.code == .interrupted)
    }
  }

  @Test func `slowness is an average over a span, not a pause`() {
    var limits = TimeLimits()
    limits.lowSpeedSpan = 10
    limits.lowSpeedBytesPerSecond = 100
    var clock = TransferClock(limits: limits)
    clock.enter(.readingBody)
    // 9 silent seconds, then enough at once.
    for _ in 0..<9 { #expect(clock.add(seconds: 1, bytes: 0) == nil) }
    #expect(clock.add(seconds: 1, bytes: 1000) == nil)
    // One byte a second for ever.
    for _ in 0..<9 { #expect(clock.add(seconds: 1, bytes: 1) == nil) }
    #expect(clock.add(seconds: 1, bytes: 1) == "only 10 bytes came within 10 s")
  }

  @Test func `each phase has its own time, and a redirect starts over`() {
    var limits = TimeLimits()
    limits.connect = 2
    limits.firstByte = 5
    limits.total = 20
    var clock = TransferClock(limits: limits)
    #expect(clock.add(seconds: 1.5, bytes: 0) == nil)
    clock.enter(.awaitingHeaders)
    #expect(clock.add(seconds: 4.5, bytes: 0) == nil)
    clock.enter(.connecting)
    #expect(clock.add(seconds: 1.9, bytes: 0) == nil)
    clock.enter(.awaitingHeaders)
    clock.enter(.awaitingHeaders)
    #expect(clock.add(seconds: 5.1, bytes: 0) == "no answer within 5 s")
    clock.enter(.readingBody)
    #expect(clock.add(seconds: 7.1, bytes: 1 << 30) == "the whole request took more than 20 s")
  }
}
