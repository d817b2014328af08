import Fetch
import Testing

/// Servers that break off, contradict themselves or send too much: a typed error, never a good-looking answer.
struct BrokenAnswerTests {
  private func failure(_ answer: String, bodyLimit: Int = 1 << 20, adjust: (inout ClientOptions) -> Void = { _ in })
    throws -> FetchError?
  {
    let server = ScriptedServer { _, connection in
      connection.write(answer)
      return false
    }
    let client = try makeClient(for: server, adjust)
    return FetchTests.failure { _ = try client.get(server.url, bodyLimit: bodyLimit).readAll() }
  }

  @Test(arguments: [
    "", "HTTP/1.1 200 OK\r\nContent-Le", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n",
  ])
  func `an answer that breaks off is cut, and may be asked for again`(answer: String) throws {
    let error = try failure(answer)
    #expect(error?.code == .cut)
    #expect(error?.isTransient == true)
  }

  @Test func `a body without a length that ends early cannot be told from a whole one`() throws {
    #expect(try failure("HTTP/1.1 200 OK\r\n\r\nab") == nil)
  }

  @Test func `a reset is cut, after the bytes that came before it`() throws {
    let server = ScriptedServer { _, connection in
      connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nabc")
      connection.waitForClient()
      connection.reset()
      return false
    }
    let client = try makeClient(for: server)
    let response = try client.get(server.url)
    var piece: [UInt8] = []
    #expect(try response.read(into: &piece) == 3)
    #expect(piece == Array("abc".utf8))
    server.stop()
    for _ in 0..<2 {
      #expect(FetchTests.failure { _ = try response.read(into: &piece) }?.code == .cut)
      #expect(piece == [])
    }
  }

  @Test(arguments: [
    "SSH-2.0-OpenSSH_9.2\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nab\r\n0\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nabcde",
    "HTTP/1.1 200 OK\r\nContent-Length: 9223372036854775808\r\n\r\nabc",
    "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 2\r\n\r\nabc",
    "HTTP/1.1 200 OK\r\nContent-Length: 3, 3\r\n\r\nabc",
    "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\nabc",
  ])
  func `an answer that is not HTTP or contradicts itself is refused`(answer: String) throws {
    let error = try failure(answer)
    #expect(error != nil)
    #expect([FetchError.Code.protocolViolation, .cut].contains(error?.code), "\(error as Any)")
  }

  @Test func `a body over its limit is refused, announced or not`() throws {
    let body = String(repeating: "x", count: 101)
    for head in ["Content-Length: 101", "X: y"] {
      let error = try failure("HTTP/1.1 200 OK\r\n\(head)\r\n\r\n\(body)", bodyLimit: 100)
      #expect(error?.code == .bodyTooLarge)
      #expect(error?.isTransient == false)
      #expect(try failure("HTTP/1.1 200 OK\r\n\(head)\r\n\r\n\(body)", bodyLimit: 101) == nil)
    }
  }

  @Test func `an endless body of unknown length ends at the limit`() throws {
    let server = ScriptedServer { _, connection in
      connection.write("HTTP/1.1 200 OK\r\n\r\n")
      while connection.write([UInt8](repeating: 1, count: 65_536)) {}
      return false
    }
    let client = try makeClient(for: server)
    #expect(FetchTests.failure { _ = try client.get(server.url, bodyLimit: 1 << 20).readAll() }?.code == .bodyTooLarge)
  }

  @Test func `endless headers end at the limit, many short ones or one long one`() throws {
    for line in ["X: \(String(repeating: "y", count: 1000))\r\n", String(repeating: "y", count: 65_536)] {
      let server = ScriptedServer { _, connection in
        connection.write("HTTP/1.1 200 OK\r\nX-Long: ")
        while connection.write(line) {}
        return false
      }
      let client = try makeClient(for: server) { $0.headerBytes = 100_000 }
      let error = FetchTests.failure { _ = try client.get(server.url) }
      #expect(error?.code == .headerTooLarge, "\(error as Any)")
    }
  }

  @Test func `interim answers are passed over, and their headers counted`() throws {
    let server = ScriptedServer { request, connection in
      if request.path == "/endless" {
        while connection.write("HTTP/1.1 102 Processing\r\nX: y\r\n\r\n") {}
        return false
      }
      connection.write("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n")
      connection.answer("200 OK", "x", headers: ["ETag: \"1\""])
      return true
    }
    let client = try makeClient(for: server)
    let response = try client.get(server.url)
    #expect(response.status == 200)
    #expect(response.headers["Link"] == nil)
    #expect(try response.readAll() == Array("x".utf8))
    #expect(FetchTests.failure { _ = try client.get(server.url + "/endless") }?.code == .headerTooLarge)
  }

  @Test func `a refused connection and an unknown name are transient, and named`() throws {
    let server = ScriptedServer { _, _ in false }
    server.stop()
    let client = try makeClient(for: server)
    let refused = FetchTests.failure { _ = try client.get("http://127.0.0.1:1/") }
    #expect(refused?.code == .connect)
    #expect(refused?.isTransient == true)
    let unknown = FetchTests.failure { _ = try client.get("http://gitlab.invalid/") }
    #expect(unknown?.code == .dns)
    #expect(unknown?.isTransient == true)
  }
}
