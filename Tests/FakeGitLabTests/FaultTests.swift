import FakeGitLab
import TestSupport
import Testing

@Suite struct FaultTests {
  @Test func aStatusComesSoOften() throws {
    let tree = try ServedTree()
    tree.server.add(
      Fault(.status(503, headers: [Header("Retry-After", "7")], body: "later"), path: "*/releases*", skip: 1, times: 2))
    let answers = try (0..<4).map { _ in try tree.list() }
    #expect(answers.map(\.status) == [200, 503, 503, 200])
    #expect(answers[1]["Retry-After"] == "7")
    #expect(answers[1].text == "later")
  }

  @Test func aBodyBreaksOff() throws {
    let tree = try ServedTree { $0.sendsDirectly = true }
    tree.server.add(Fault(.cut(after: 7), path: "*/1.0.1/*"))
    tree.server.add(Fault(.cut(after: 7, framing: .close), path: "*/1.0.2/*"))
    tree.server.add(Fault(.cut(after: 7, framing: .chunked, by: .reset), path: "*/1.0.3/*"))
    let declared = try RawClient.get(tree.assetURL(1))
    #expect(declared.text == "content")
    #expect(declared["Content-Length"] == "41")
    let open = try RawClient.get(tree.assetURL(2))
    #expect(open.text == "content")
    #expect(open["Content-Length"] == nil)
    let chunked = try RawClient.get(tree.assetURL(3))
    #expect(chunked["Transfer-Encoding"] == "chunked")
    #expect(chunked.wasReset || chunked.text == "7\r\ncontent\r\n")
  }

  @Test func aServerFallsSilent() throws {
    let tree = try ServedTree { $0.sendsDirectly = true }
    tree.server.add(Fault(.silence, path: "*/1.0.1/*"), Fault(.cut(after: 3, by: .stall), path: "*/1.0.2/*"))
    let silent = try RawClient.get(tree.assetURL(1), timeout: 0.05)
    #expect(silent.timedOut && silent.status == 0)
    // Long enough for the first bytes to come from a busy machine.
    let stalled = try RawClient.get(tree.assetURL(2), timeout: Double(Sanitizer.timeFactor))
    #expect(stalled.timedOut && stalled.text == "con")
  }

  @Test func somethingNeverEnds() throws {
    let tree = try ServedTree { $0.sendsDirectly = true }
    for what in [Fault.Endless.headers, .header, .body] {
      tree.server.clearFaults()
      tree.server.add(Fault(.endless(what)))
      let target = tree.assetURL(1).dropFirst(tree.server.url.utf8.count)
      let answer = try RawClient(tree.server.url).send("GET", String(target), limit: 1 << 20)
      #expect(answer.body.count >= (what == .body ? 1 << 19 : 1 << 20))
      #expect(answer.status == (what == .body ? 200 : 0))
    }
  }

  @Test func redirectsLeadAround() throws {
    let tree = try ServedTree()
    tree.server.add(
      Fault(.redirect("{storage}{target}", status: 307), path: "/a*", times: 1), Fault(.hops(2), path: "*/releases*"))
    let away = try RawClient.get(tree.server.url + "/a?b=c")
    #expect(away.status == 307)
    #expect(away["Location"] == tree.server.storageURL + "/a?b=c")
    var (target, statuses): (String, [Int]) = ("/api/v4/projects/7/releases?page=1", [])
    while statuses.count < 5 {
      let answer = try RawClient.get(tree.server.url + target)
      statuses.append(answer.status)
      guard let next = answer["Location"] else { break }
      target = next
    }
    #expect(statuses == [302, 302, 200])
  }

  @Test func contentChangesBehindItsAddress() throws {
    let tree = try ServedTree { $0.sendsDirectly = true }
    let first = try RawClient.get(tree.assetURL(1))
    tree.server.add(Fault(.reupload(nil), path: "*/1.0.1/*"))
    let touched = try RawClient.get(tree.assetURL(1))
    #expect(touched.body == first.body)
    #expect(touched["ETag"] != first["ETag"])
    #expect(touched["Last-Modified"] != first["Last-Modified"])
    tree.server.add(Fault(.reupload("open/v1.0.2+cpu/wheels-1.0.2+cpu-x86_64.tar.gz"), path: "*/1.0.1/*"))
    #expect(try RawClient.get(tree.assetURL(1)).text == "content of wheels-1.0.2+cpu-x86_64.tar.gz")
  }

  @Test func rowsComeAndGoBetweenPages() throws {
    let tree = try ServedTree(count: 4)
    func walk() throws -> [String] {
      try (1...2).flatMap { ServedTree.tags(try tree.list("order_by=created_at&sort=asc&per_page=2&page=\($0)").text) }
    }
    tree.server.add(Fault(.disappear(tag: "v1.0.1+cpu", afterPage: 1), path: "*/7/releases*"))
    #expect(try walk() == ["v1.0.1+cpu", "v1.0.2+cpu", "v1.0.4+cpu"])
    tree.server.clearFaults()
    tree.server.add(Fault(.appear(tag: "v1.0.1+cpu", afterPage: 1), path: "*/7/releases*"))
    #expect(try walk() == ["v1.0.2+cpu", "v1.0.3+cpu", "v1.0.3+cpu", "v1.0.4+cpu"])
  }

  @Test func rowsOfEqualDatesTurnAround() throws {
    let tree = try ServedTree(count: 30)
    func page(_ number: Int) throws -> [String] {
      ServedTree.tags(try tree.list("order_by=created_at&sort=asc&per_page=3&page=\(number)").text)
    }
    #expect(try page(1) == ["v1.0.28+cpu", "v1.0.29+cpu", "v1.0.1+cpu"])
    #expect(try page(2) == ["v1.0.30+cpu", "v1.0.2+cpu", "v1.0.3+cpu"])
    tree.server.add(Fault(.shuffleTies, path: "*/releases*"))
    #expect(try page(1) == ["v1.0.28+cpu", "v1.0.29+cpu", "v1.0.1+cpu"])
    #expect(try page(2) == ["v1.0.2+cpu", "v1.0.30+cpu", "v1.0.3+cpu"])
  }

  @Test func requestsBeyondARateAreRefused() throws {
    let tree = try ServedTree()
    tree.server.add(Fault(.rateLimit(2, seconds: 1000), origin: .api))
    let answers = try (1...3).map { _ in try tree.list() }
    #expect(answers.map(\.status) == [200, 200, 429])
    #expect(answers.map { $0["RateLimit-Remaining"] } == ["1", "0", "0"])
    #expect(answers.allSatisfy { $0["RateLimit-Limit"] == "2" && $0["RateLimit-Reset"] != nil })
    #expect(answers[2]["Retry-After"] != nil && answers[1]["Retry-After"] == nil)
  }

  @Test func linksLeadToAProxyInFront() throws {
    let tree = try ServedTree { $0.publicURL = "https://proxy.test" }
    #expect(try tree.list().text.contains("\"https://proxy.test/api/v4/projects/7/packages/"))
  }

  @Test func bytesAndHeadersLie() throws {
    let tree = try ServedTree { $0.sendsDirectly = true }
    tree.server.add(
      Fault(.flip(at: 0), path: "*/1.0.1/*"), Fault(.claimLength("9223372036854775809"), path: "*/1.0.2/*"))
    tree.server.add(Fault(.headers([Header("ETag", ""), Header("X-More", "1")]), path: "*/1.0.3/*"))
    #expect(try RawClient.get(tree.assetURL(1)).body.first == ~UInt8(ascii: "c"))
    #expect(try RawClient.get(tree.assetURL(2))["Content-Length"] == "9223372036854775809")
    let answer = try RawClient.get(tree.assetURL(3))
    #expect(answer["ETag"] == nil && answer["X-More"] == "1")
    tree.server.add(Fault(.totals(1), path: "*/releases*"), Fault(.nextPage("1"), path: "*/releases*"))
    let page = try tree.list()
    #expect(page["X-Total"] == "1" && page["X-Next-Page"] == "1")
    tree.server.add(
      Fault(.html, path: "*/7/*"), Fault(.raw(Array("old".utf8)), path: "/raw"), Fault(.reset, path: "/reset"))
    #expect(try tree.list().text.hasPrefix("<!DOCTYPE html>"))
    #expect(try RawClient.get(tree.server.url + "/raw").body == Array("old".utf8))
    #expect(try RawClient.get(tree.server.url + "/reset").wasReset)
  }

  @Test func faultsAndCountsGoOverTheWire() throws {
    let tree = try ServedTree()
    let client = RawClient(tree.server.url)
    let faults = #"[{"do": "status", "status": 418, "path": "*/releases*", "times": 1}, {"do": "delay", "ms": 1}]"#
    #expect(try client.send("POST", "/_fake/faults", body: Array(faults.utf8)).text == "{\"added\":2}\n")
    #expect(try client.send("POST", "/_fake/faults", body: Array(#"{"do": "dance"}"#.utf8)).status == 400)
    #expect(try [tree.list().status, tree.list().status] == [418, 200])
    let text = try client.send("GET", "/_fake/stats?log=1").text
    #expect(text.hasPrefix("{\"requests\":2,"))
    #expect(text.contains("\"statuses\":{\"200\":1,\"418\":1}"))
    #expect(try client.send("POST", "/_fake/reset").status == 200)
    #expect(tree.server.statistics.requestCount == 0)
  }
}
