import Fetch
import Testing

/// One connection serves many requests, and survives everything that leaves it in a known state.
struct KeepAliveTests {
  private func server() -> ScriptedServer {
    ScriptedServer { request, connection in
      switch request.path {
      case "/missing": connection.answer("404 Not Found", String(repeating: "x", count: 1000))
      case "/large": connection.answer("200 OK", String(repeating: "x", count: 1 << 20))
      default: connection.answer("200 OK", "ok")
      }
      return true
    }
  }

  @Test func `a hundred requests need one connection`() throws {
    let server = server()
    let client = try makeClient(for: server)
    for _ in 0..<100 { #expect(try client.get(server.url).readAll() == Array("ok".utf8)) }
    #expect(server.connections == 1)
    #expect(server.requests.count == 100)
    #expect(client.connectionsOpened == 1)
  }

  @Test func `a discarded error answer keeps its connection, a cancelled large one does not`() throws {
    let server = server()
    let client = try makeClient(for: server)
    for _ in 0..<10 {
      let response = try client.get(server.url + "/missing")
      #expect(response.status == 404)
      response.discard()
    }
    #expect(server.connections == 1)
    try client.get(server.url + "/large").cancel()
    #expect(try client.get(server.url).readAll() == Array("ok".utf8))
    #expect(server.connections == 2)
  }

  @Test func `a connection that the server closed in between is replaced without a word`() throws {
    let server = ScriptedServer { _, connection in
      connection.answer("200 OK", "ok")
      return false
    }
    let client = try makeClient(for: server)
    for _ in 0..<5 { #expect(try client.get(server.url).readAll() == Array("ok".utf8)) }
    #expect(server.connections == 5)
  }

  @Test func `a response ends with the next request`() throws {
    let server = server()
    let client = try makeClient(for: server)
    let first = try client.get(server.url + "/large")
    let second = try client.get(server.url)
    #expect(failure { _ = try first.readAll() }?.code == .cancelled)
    first.cancel()
    first.discard()
    #expect(try second.readAll() == Array("ok".utf8))
  }

  @Test func `a cancelled response has nothing more to read`() throws {
    let server = server()
    let response = try makeClient(for: server).get(server.url + "/large")
    response.cancel()
    #expect(failure { _ = try response.readAll() }?.code == .cancelled)
  }
}
