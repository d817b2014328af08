import Testing

@testable import Fetch

/// Which network addresses may be connected to, and which requests go through a proxy.
struct AddressRuleTests {
  @Test(
    arguments: [
      ("127.0.0.1", .loopback), ("127.255.1.2", .loopback), ("0.0.0.0", .loopback), ("[::1]", .loopback),
      ("::", .loopback),
      ("::ffff:127.0.0.1", .loopback), ("10.1.2.3", .private), ("172.16.0.1", .private), ("172.31.255.255", .private),
      ("172.32.0.1", .public), ("192.168.1.1", .private), ("100.100.100.200", .private), ("100.128.0.1", .public),
      ("fd00:ec2::254", .private), ("fec0::1", .private), ("::ffff:10.0.0.1", .private),
      ("169.254.169.254", .linkLocal),
      ("fe80::1%eth0", .linkLocal), ("::ffff:169.254.169.254", .linkLocal), ("64:ff9b::a9fe:a9fe", .linkLocal),
      ("2002:a9fe:a9fe::", .linkLocal), ("::a9fe:a9fe", .linkLocal), ("224.0.0.1", .reserved),
      ("255.255.255.255", .reserved),
      ("ff02::1", .reserved), ("8.8.8.8", .public), ("2606:4700::1111", .public), ("192.0.0.170", .private),
    ] as [(String, NetworkAddress.Reach)])
  func `every special range is known`(text: String, reach: NetworkAddress.Reach) {
    #expect(NetworkAddress(literal: text)?.reach == reach)
  }

  @Test func `names are not addresses`() {
    for text in ["localhost", "a.b.c.d", "1.2.3", "[::1", ""] { #expect(NetworkAddress(literal: text) == nil) }
  }

  @Test func `an address may be as near as the configured host, or its host allowed by name`() throws {
    let loopback = try #require(NetworkAddress(literal: "127.0.0.1"))
    let `private` = try #require(NetworkAddress(literal: "10.0.0.1"))
    let metadata = try #require(NetworkAddress(literal: "169.254.169.254"))
    func isRefused(_ address: NetworkAddress, _ host: String, own: Set<NetworkAddress.Reach>) -> Bool {
      AddressPolicy(host: "gitlab", allowedHosts: ["Storage"]) { _ in own }.refusal(address, for: host) != nil
    }
    #expect(isRefused(loopback, "elsewhere", own: [.public]))
    #expect(isRefused(loopback, "elsewhere", own: [.private]))
    #expect(!isRefused(loopback, "elsewhere", own: [.loopback]))
    #expect(isRefused(`private`, "elsewhere", own: [.public]))
    #expect(isRefused(`private`, "elsewhere", own: [.loopback]))
    #expect(!isRefused(`private`, "elsewhere", own: [.private]))
    for address in [loopback, `private`] {
      #expect(!isRefused(address, "gitlab", own: [.public]))
      #expect(!isRefused(address, "storage", own: [.public]))
    }
    for host in ["gitlab", "storage", "elsewhere"] { #expect(isRefused(metadata, host, own: [.linkLocal])) }
  }

  @Test(arguments: ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "0", "[::ffff:127.0.0.1]", "127.0.0.1."])
  func `no spelling of this machine is reached from a service elsewhere`(host: String) throws {
    let server = ScriptedServer { _, connection in
      connection.answer("200 OK", "secret")
      return true
    }
    // 192.0.2.1 is documentation's: public, and never connected to here.
    var options = ClientOptions(origin: try Origin(url: "http://192.0.2.1"))
    options.proxy = .none
    let client = try HTTPClient(options)
    let error = failure { _ = try client.get("http://\(host):\(server.port)/") }
    // A spelling that is no address at all is as good; the request count tells.
    #expect([FetchError.Code.addressRefused, .urlRefused, .dns].contains(error?.code), "\(error as Any)")
    #expect(server.connections == 0)

    options.allowedHosts = ["127.0.0.1"]
    #expect(try HTTPClient(options).get("http://127.0.0.1:\(server.port)/").readAll() == Array("secret".utf8))
  }

  @Test func `a redirect to a metadata service is refused though the service is on this machine`() throws {
    let server = ScriptedServer { _, connection in
      connection.answer("302 Found", headers: ["Location: http://169.254.169.254/latest/meta-data/"])
      return true
    }
    let error = failure { _ = try makeClient(for: server).get(server.url) }
    #expect(error?.code == .addressRefused)
    #expect(error?.isTransient == false)
    #expect(error?.cause == "its address is link-local")
  }

  @Test func `a proxy's own address is exempt, addresses in URLs are not`() throws {
    let proxy = ScriptedServer { request, connection in
      connection.answer("200 OK", request.path)
      return true
    }
    var options = ClientOptions(origin: try Origin(url: "http://192.0.2.1"))
    options.proxy = ProxySettings(variables: ["http_proxy": "http://user:canary@127.0.0.1:\(proxy.port)"])
    let client = try HTTPClient(options)
    #expect(try client.get("http://files.invalid/x").readAll() == Array("http://files.invalid/x".utf8))
    #expect(failure { _ = try client.get("http://169.254.169.254/x") }?.code == .addressRefused)
    #expect(failure { _ = try client.get("http://127.0.0.1:\(proxy.port)/x") }?.code == .addressRefused)
    #expect(proxy.requests.count == 1)
    #expect(proxy.requests.first?["Proxy-Authorization"] != nil)
    proxy.stop()
    #expect(failure { _ = try client.get("http://files.invalid/y") }.map { "\($0)".contains("canary") } == false)
  }

  @Test func `the usual variables choose the proxy`() throws {
    let settings = ProxySettings(variables: [
      "http_proxy": "http://a:1", "HTTPS_PROXY": "http://b:2", "all_proxy": "http://c:3",
      "no_proxy": "localhost, .example.com,10.0.0.0/8 2001:db8::/32,192.168.1.1",
    ])
    func proxy(_ url: String) throws -> String? { settings.proxy(for: try Origin(url: url)) }
    #expect(try proxy("http://x.org/") == "http://a:1")
    #expect(try proxy("https://x.org/") == "http://b:2")
    for url in [
      "http://localhost:8080", "https://example.com", "https://git.example.com.", "http://10.200.0.1",
      "http://[2001:db8::5]",
      "http://192.168.1.1", "http://GIT.EXAMPLE.COM",
    ] {
      #expect(try proxy(url) == nil, "\(url)")
    }
    for url in [
      "http://notexample.com", "http://11.0.0.1", "http://[2001:db9::5]", "http://192.168.1.10", "http://host",
    ] {
      #expect(try proxy(url) == "http://a:1", "\(url)")
    }
    let http = try Origin(url: "http://x.org")
    #expect(ProxySettings(variables: ["HTTP_PROXY": "http://a:1"]).proxy(for: http) == nil)
    #expect(ProxySettings(variables: ["ALL_PROXY": "http://a:1"]).proxy(for: http) == "http://a:1")
    #expect(ProxySettings(variables: ["all_proxy": "http://a:1", "no_proxy": "*"]).proxy(for: http) == nil)
    #expect(ProxySettings.none.proxy(for: http) == nil)
  }
}
