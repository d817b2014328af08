import FakeGitLab
import TestSupport
import Testing

@Suite struct ServedFixturesTests {
  static let root = String(#filePath.dropLast("/Tests/FakeGitLabTests/ServedFixturesTests.swift".utf8.count))

  /// The addresses of all links in a listing.
  private func links(_ text: String, _ server: FakeGitLab) -> [String] {
    text.split(separator: "\"url\": \"").dropFirst().map { String($0.prefix { $0 != "\"" }) }.filter {
      $0.contains("/packages/generic/") || $0.hasPrefix(server.storageURL)
    }
  }

  @Test(arguments: [("12", 4, 0), ("14", 3, 0), ("15", 32, 0), ("16", 83, 1)])
  func everyLinkLeadsToItsFile(project: String, count: Int, missing: Int) throws {
    let server = try FakeGitLab(tree: Self.root + "/fixtures")
    let token = [Header("PRIVATE-TOKEN", "test-token")]
    let listing = try RawClient.get("\(server.url)/api/v4/projects/\(project)/releases?per_page=100", headers: token)
    let links = links(listing.text, server)
    #expect(links.count == count)
    var statuses: [Int: Int] = [:]
    for link in links {
      var answer = try RawClient.get(link, headers: link.hasPrefix(server.url) ? token : [])
      if let location = answer["Location"] { answer = try RawClient.get(location) }
      statuses[answer.status, default: 0] += 1
    }
    #expect(statuses[200] == count - missing)
    #expect(statuses[404] ?? 0 == missing)
    #expect(server.statistics.storageTokens.isEmpty)
  }

  @Test func answersComeSlowlyInChunksOrLate() throws {
    let tree = try ServedTree { $0.sendsDirectly = true }
    tree.server.add(
      Fault(.slow(bytesPerSecond: 4000), path: "*/1.0.1/*"),
      Fault(.framing(.chunked, chunkBytes: 20), path: "*/1.0.2/*"),
      Fault(.framing(.close), path: "*/1.0.3/*"), Fault(.delay(milliseconds: 60), path: "*/releases*"))
    let clock = ContinuousClock()
    let start = clock.now
    #expect(try RawClient.get(tree.assetURL(1)).body.count == 41)
    #expect(clock.now - start > .milliseconds(40))
    let second = clock.now
    #expect(try tree.list().status == 200)
    #expect(clock.now - second > .milliseconds(50))
    let chunked = try RawClient.get(tree.assetURL(2)).text
    #expect(chunked == "14\r\ncontent of wheels-1.\r\n14\r\n0.2+cpu-x86_64.tar.g\r\n1\r\nz\r\n0\r\n\r\n")
    let open = try RawClient.get(tree.assetURL(3))
    #expect(open.body.count == 41 && open["Content-Length"] == nil)
  }

  @Test func beyondTenThousandRowsNothingIsCounted() throws {
    let tree = try ServedTree(count: 1)
    let rows = (1...10_001).map { "{\"tag_name\": \"v\($0)\", \"created_at\": \"2026-01-01T00:00:00Z\"}" }
    try Files.write("[" + rows.joined(separator: ",") + "]", to: tree.directory.file("open/releases.json"))
    let answer = try tree.list("per_page=100&page=100")
    #expect(answer["X-Total"] == nil && answer["X-Total-Pages"] == nil)
    #expect(answer["X-Next-Page"] == "101")
    let last = try tree.list("per_page=100&page=101")
    #expect(last["X-Next-Page"] == "")
    #expect(ServedTree.tags(last.text).count == 1)
  }
}
