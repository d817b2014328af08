import Fetch
import Testing

/// What is never asked for, and never followed.
struct RefusedURLTests {
  private func redirecting(to location: String) -> ScriptedServer {
    ScriptedServer { _, connection in
      connection.answer("302 Found", headers: ["Location: \(location)"])
      return true
    }
  }

  @Test(arguments: [
    "file:///etc/hostname", "ftp://127.0.0.1/x", "gopher://127.0.0.1/x", "dict://127.0.0.1/x", "scp://127.0.0.1/x",
    "//127.0.0.1/x", "127.0.0.1/x", "/etc/hostname", "", "http://", "http://127.0.0.1:99999/",
    "http://user@127.0.0.1/", "http://user:pass@127.0.0.1/", "http://127.0.0.1/\r\nX: 1", "http://127.0.0.1/a b",
  ])
  func `another scheme, a user part or a malformed URL is refused`(url: String) throws {
    let api = ScriptedServer { _, _ in false }
    let client = try makeClient(for: api)
    let error = failure { _ = try client.get(url) }
    #expect(error?.code == .urlRefused)
    #expect(error?.isTransient == false)
  }

  @Test(arguments: [
    "file:///etc/hostname", "ftp://127.0.0.1/x", "http://user:canary@127.0.0.1/", "https://a b/", "http://",
  ])
  func `so is a redirect to one`(location: String) throws {
    let api = redirecting(to: location)
    let error = failure { _ = try makeClient(for: api).get(api.url) }
    #expect(error?.code == .urlRefused)
    #expect(error.map { "\($0)".contains("canary") } == false)
    #expect(api.requests.count == 1)
  }

  @Test func `http is refused when the service is https`() throws {
    let server = ScriptedServer { _, connection in
      connection.answer("200 OK", "x")
      return true
    }
    var options = ClientOptions(origin: try Origin(url: "https://127.0.0.1:1"))
    options.proxy = .none
    let strict = try HTTPClient(options)
    #expect(failure { _ = try strict.get(server.url) }?.code == .urlRefused)
    options.allowsHTTP = true
    let lenient = try HTTPClient(options)
    #expect(try lenient.get(server.url).readAll() == Array("x".utf8))
    #expect(server.requests.count == 1)
  }

  @Test func `a redirect loop ends at its limit, and exactly so many are followed`() throws {
    let loop = redirecting(to: "/again")
    let error = failure { _ = try makeClient(for: loop).get(loop.url) }
    #expect(error?.code == .tooManyRedirects)
    #expect(loop.requests.count == 6)

    let chain = ScriptedServer { request, connection in
      let step = Int(request.path.dropFirst()) ?? 0
      if step == 5 {
        connection.answer("200 OK", "x")
      } else {
        connection.answer("302 Found", headers: ["Location: /\(step + 1)"])
      }
      return true
    }
    let client = try makeClient(for: chain)
    let response = try client.get(chain.url + "/0")
    #expect(response.redirects == 5)
    #expect(try response.readAll() == Array("x".utf8))
    #expect(chain.connections == 1)
  }

  @Test func `a redirect that does not say where to is an error, a 304 is not`() throws {
    let server = ScriptedServer { request, connection in
      connection.answer(request.path == "/300" ? "300 Choices" : "302 Found")
      return true
    }
    #expect(failure { _ = try makeClient(for: server).get(server.url) }?.code == .protocolViolation)
    #expect(try makeClient(for: server).get(server.url + "/300").status == 300)
  }

  @Test func `the large body of a redirect is not waited for`() throws {
    let server = ScriptedServer { request, connection in
      if request.path == "/end" {
        connection.answer("200 OK", "x")
        return true
      }
      connection.write("HTTP/1.1 302 Found\r\nLocation: /end\r\n\r\n")
      while connection.write([UInt8](repeating: 0x20, count: 65_536)) {}
      return false
    }
    #expect(try makeClient(for: server).get(server.url).readAll() == Array("x".utf8))
  }

  @Test func `nor is one that never comes`() throws {
    let server = ScriptedServer { request, connection in
      if request.path == "/end" {
        connection.answer("200 OK", "x")
        return true
      }
      connection.write("HTTP/1.1 302 Found\r\nLocation: /end\r\nContent-Length: 5\r\n\r\nab")
      connection.waitForClient()
      return false
    }
    // Far less than the low-speed span of the client would allow.
    let client = try makeClient(for: server) { $0.times.total = 4 }
    #expect(try client.get(server.url).readAll() == Array("x".utf8))
  }

  @Test func `messages hold neither user parts nor queries`() throws {
    let server = ScriptedServer { _, _ in false }
    let error = failure {
      _ = try makeClient(for: server).get(server.url + "/x?private_token=canary&X-Amz-Signature=canary#canary")
    }
    #expect(error?.code == .cut)
    #expect(error.map { "\($0) \($0.hint ?? "")".contains("canary") } == false)
    #expect(error?.operation == "GET \(server.url)/x")
  }
}
