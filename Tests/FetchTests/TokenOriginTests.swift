import Fetch
import Testing

/// The token goes to the configured scheme, host and port, however a request gets there, and nowhere else.
struct TokenOriginTests {
  static let redirects = [301, 302, 303, 307, 308]

  @Test(arguments: redirects)
  func `a redirect to another port does not carry the token`(status: Int) throws {
    let other = ScriptedServer { _, connection in
      connection.answer("200 OK", "file")
      return true
    }
    let api = ScriptedServer { [url = other.url] _, connection in
      connection.answer("\(status) Elsewhere", headers: ["Location: \(url)/file?sig=1"])
      return true
    }
    let response = try makeClient(for: api).get(api.url + "/asset")
    #expect(try response.readAll() == Array("file".utf8))
    #expect(response.redirects == 1)
    #expect(response.finalURL == other.url + "/file")
    #expect(api.requests.map { $0["private-token"] } == ["canary-7"])
    #expect(other.requests.map(\.path) == ["/file?sig=1"])
    #expect(other.requests.map { $0["private-token"] } == [nil])
  }

  @Test(arguments: redirects)
  func `a redirect to another host name of the same port does not carry the token`(status: Int) throws {
    let api = ScriptedServer { request, connection in
      if request["Host"]?.hasPrefix("localhost") == true {
        connection.answer("200 OK", "file")
      } else {
        connection.answer(
          "\(status) Elsewhere",
          headers: ["Location: http://localhost:\(request["Host"]!.split(separator: ":")[1])/file"])
      }
      return true
    }
    _ = try makeClient(for: api).get(api.url + "/asset").readAll()
    #expect(api.requests.map { $0["private-token"] } == ["canary-7", nil])
  }

  @Test(arguments: redirects)
  func `a redirect within the origin, relative or absolute, carries the token`(status: Int) throws {
    let api = ScriptedServer { request, connection in
      switch request.path {
      case "/a/asset": connection.answer("\(status) Elsewhere", headers: ["Location: ../b?x=1"])
      case "/b?x=1": connection.answer("\(status) Elsewhere", headers: ["Location: http://\(request["Host"]!)/c"])
      default: connection.answer("200 OK", "file")
      }
      return true
    }
    let response = try makeClient(for: api).get(api.url + "/a/asset")
    #expect(try response.readAll() == Array("file".utf8))
    #expect(api.requests.map(\.path) == ["/a/asset", "/b?x=1", "/c"])
    #expect(api.requests.map { $0["private-token"] } == ["canary-7", "canary-7", "canary-7"])
  }

  @Test func `a first request elsewhere does not carry the token, and coming back does`() throws {
    let api = ScriptedServer { _, connection in
      connection.answer("200 OK", "file")
      return true
    }
    let other = ScriptedServer { [url = api.url] _, connection in
      connection.answer("302 Found", headers: ["Location: \(url)/file"])
      return true
    }
    _ = try makeClient(for: api).get(other.url + "/asset").readAll()
    #expect(other.requests.map { $0["private-token"] } == [nil])
    #expect(api.requests.map { $0["private-token"] } == ["canary-7"])
  }

  @Test func `nothing but the asked headers and the client's own are sent`() throws {
    let api = ScriptedServer { _, connection in
      connection.answer("304 Not Modified", headers: ["Set-Cookie: a=b", "ETag: \"1\""])
      return true
    }
    let client = try makeClient(for: api)
    let response = try client.get(api.url + "/list", headers: [("If-None-Match", "\"1\"")])
    #expect(response.status == 304)
    #expect(response.headers["etag"] == "\"1\"")
    #expect(try response.readAll() == [])
    _ = try client.get(api.url + "/list")
    #expect(
      api.requests.map { $0.headers.map(\.name).sorted() } == [
        ["Accept", "Host", "If-None-Match", "PRIVATE-TOKEN", "User-Agent"],
        ["Accept", "Host", "PRIVATE-TOKEN", "User-Agent"],
      ])
  }

  @Test(arguments: ["a\r\nX-Admin: 1", "a\nb", "a b", "a\u{7f}", "", "\n", "ü", "a\0", "a\n\n"])
  func `a token that would be more than one header value is refused`(text: String) {
    #expect(failure { _ = try Secret(Array(text.utf8)) }?.code == .secretRefused)
  }

  @Test func `one final line break of a token file is not part of the token`() throws {
    let api = ScriptedServer { _, connection in
      connection.answer("200 OK")
      return true
    }
    for text in ["token-1\n", "token-1\r\n", "token-1"] {
      let secret = try Secret(Array(text.utf8))
      _ = try makeClient(for: api) { $0.token = ("JOB-TOKEN", secret) }.get(api.url)
    }
    #expect(api.requests.map { $0["job-token"] } == ["token-1", "token-1", "token-1"])
  }

  @Test func `a secret shows itself to nobody`() throws {
    let secret = try Secret(Array("canary-7".utf8))
    var options = ClientOptions(origin: try Origin(url: "https://gitlab.example.com"))
    options.token = ("PRIVATE-TOKEN", secret)
    var dumped = ""
    dump(options, to: &dumped)
    for text in ["\(secret)", String(reflecting: secret), "\(options)", String(reflecting: options), dumped] {
      #expect(!text.contains("canary"))
    }
  }

  @Test func `a token over http needs leave unless it stays on this machine`() throws {
    var options = ClientOptions(origin: try Origin(url: "http://gitlab.example.invalid"))
    options.token = ("PRIVATE-TOKEN", try Secret(Array("canary-7".utf8)))
    options.proxy = .none
    let refused = try HTTPClient(options)
    #expect(failure { _ = try refused.get("http://gitlab.example.invalid/") }?.code == .urlRefused)
    options.allowsHTTP = true
    let allowed = try HTTPClient(options)
    #expect(failure { _ = try allowed.get("http://gitlab.example.invalid/") }?.code == .dns)
  }

  @Test(arguments: ["X: 1\r\nY", "Na me", "", "Name:"])
  func `a header name that would start another header is refused`(name: String) throws {
    let api = ScriptedServer { _, _ in false }
    let client = try makeClient(for: api)
    #expect(failure { _ = try client.get(api.url, headers: [(name, "1")]) }?.code == .secretRefused)
    #expect(failure { _ = try client.get(api.url, headers: [("Name", "1\r\nX: 2")]) }?.code == .secretRefused)
    #expect(api.requests.isEmpty)
  }
}
