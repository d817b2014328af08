import FakeGitLab
import TestSupport
import Testing

@Suite struct DownloadTests {
  @Test func aDownloadGoesToTheObjectStorage() throws {
    let tree = try ServedTree()
    let redirect = try RawClient.get(tree.assetURL(2), headers: [Header("PRIVATE-TOKEN", "good")])
    #expect(redirect.status == 302)
    let location = try #require(redirect["Location"])
    #expect(location.hasPrefix(tree.server.storageURL + "/"))
    let file = try RawClient.get(location)
    #expect(file.status == 200)
    #expect(file.text == "content of wheels-1.0.2+cpu-x86_64.tar.gz")
    #expect(try RawClient.get(location, headers: [Header("If-None-Match", try #require(file["ETag"]))]).status == 304)
    let date = try #require(file["Last-Modified"])
    #expect(try RawClient.get(location, headers: [Header("If-Modified-Since", date)]).status == 304)
    let forged = try RawClient.get(location + "0")
    #expect(forged.status == 403)
    let statistics = tree.server.statistics
    #expect(statistics.packageCount == 1)
    #expect(statistics.storageCount == 4)
    #expect(statistics.apiTokens == ["good"])
    #expect(statistics.storageTokens.isEmpty)
    #expect(statistics.byteCount == file.body.count + forged.body.count)
  }

  @Test func aDownloadMayComeDirectly() throws {
    let tree = try ServedTree { $0.sendsDirectly = true }
    let file = try RawClient.get(tree.assetURL(1))
    #expect(file.status == 200)
    #expect(file.text == "content of wheels-1.0.1+cpu-x86_64.tar.gz")
    #expect(tree.server.statistics.storageCount == 0)
  }

  @Test func aPrivateProjectHidesItsFiles() throws {
    let tree = try ServedTree()
    #expect(try RawClient.get(tree.assetURL(1, project: 8)).status == 404)
    #expect(try RawClient.get(tree.assetURL(1, project: 8), headers: [Header("PRIVATE-TOKEN", "good")]).status == 302)
    #expect(try RawClient.get(tree.assetURL(77)).status == 404)
  }

  @Test func aStoppedServerTakesNothing() throws {
    let tree = try ServedTree()
    tree.server.stop()
    // Refused once the listener is closed, else closed without an answer.
    let answer = try? tree.list()
    #expect(answer?.status ?? 0 == 0)
  }
}
