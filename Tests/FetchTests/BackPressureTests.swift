import Fetch
import Testing
import Threads

/// A reader that takes its time stops the server, not the memory.
struct BackPressureTests {
  @Test func `a body comes whole through many pauses`() throws {
    let body = (0..<5_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 5) }
    let server = ScriptedServer { _, connection in
      connection.write("HTTP/1.1 200 OK\r\nContent-Length: \(body.count)\r\n\r\n")
      return connection.write(body)
    }
    let client = try makeClient(for: server) { $0.bufferBytes = 20_000 }
    let response = try client.get(server.url)
    #expect(response.contentLength == body.count)
    var all: [UInt8] = []
    var piece: [UInt8] = []
    while try response.read(into: &piece) > 0 {
      #expect(piece.count <= 20_000)
      all += piece
    }
    #expect(all == body)
    #expect(try response.read(into: &piece) == 0)
  }

  @Test func `a server cannot send ahead of its reader`() throws {
    let sent = Lock(0)
    let server = ScriptedServer { _, connection in
      connection.write("HTTP/1.1 200 OK\r\nContent-Length: \(1 << 30)\r\n\r\n")
      let piece = [UInt8](repeating: 7, count: 1 << 20)
      while connection.write(piece) { sent.withLock { $0 += piece.count } }
      return false
    }
    let client = try makeClient(for: server)
    let response = try client.get(server.url)
    var piece: [UInt8] = []
    var read = 0
    while read < 32 << 20 {
      let count = try response.read(into: &piece)
      #expect(count <= 64 << 10)
      read += count
    }
    // The kernel's socket buffers hold a few MiB; nothing else does.
    #expect(sent.withLock { $0 } < read + 32 << 20)
    response.cancel()
  }
}
