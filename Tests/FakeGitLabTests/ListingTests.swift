import FakeGitLab
import TestSupport
import Testing

@Suite struct ListingTests {
  @Test func pagesFollowOneAnother() throws {
    let tree = try ServedTree(count: 5)
    var (tags, page): ([String], String) = ([], "1")
    while page != "" {
      let answer = try tree.list("order_by=created_at&sort=asc&per_page=2&page=\(page)")
      #expect(answer.status == 200)
      #expect(answer["X-Total"] == "5")
      #expect(answer["X-Total-Pages"] == "3")
      #expect(answer["Link"]?.contains("rel=\"next\"") == (page != "3"))
      tags += ServedTree.tags(answer.text)
      page = try #require(answer["X-Next-Page"])
    }
    #expect(tags == (1...5).map { "v1.0.\($0)+cpu" })
    #expect(try ServedTree.tags(tree.list().text) == tags.reversed())
  }

  @Test func linksPointToTheServer() throws {
    let tree = try ServedTree()
    let text = try tree.list().text
    #expect(!text.contains("gitlab.example.test"))
    #expect(text.contains(tree.assetURL(3)))
  }

  @Test func anUnchangedPageIsNotSentAgain() throws {
    let tree = try ServedTree()
    let entityTag = try #require(try tree.list()["ETag"])
    let again = try tree.list(headers: [Header("If-None-Match", entityTag)])
    #expect(again.status == 304)
    #expect(again.body.isEmpty)
    try Files.write("[\(ServedTree.row(9, project: 7))]", to: tree.directory.file("open/releases.json"))
    let changed = try tree.list(headers: [Header("If-None-Match", entityTag)])
    #expect(changed.status == 200)
    #expect(ServedTree.tags(changed.text) == ["v1.0.9+cpu"])
  }

  @Test func tokensDecide() throws {
    let tree = try ServedTree()
    func status(_ project: String, _ name: String? = nil, _ value: String = "") throws -> Int {
      try tree.list(project: project, headers: name.map { [Header($0, value)] } ?? []).status
    }
    #expect(try status("7") == 200)
    #expect(try status("group%2Fopen") == 200)
    #expect(try status("8") == 404)
    #expect(try status("99") == 404)
    #expect(try status("8", "PRIVATE-TOKEN", "good") == 200)
    #expect(try status("8", "JOB-TOKEN", "good") == 200)
    #expect(try status("8", "Authorization", "Bearer good") == 200)
    #expect(try status("8", "PRIVATE-TOKEN", "bad") == 401)
    #expect(try status("7", "PRIVATE-TOKEN", "bad") == 401)
    #expect(try status("6") == 301)
    #expect(tree.server.statistics.apiTokens == ["good", "bad"])
  }

  @Test func aGuestSeesNoTagAndNoCommit() throws {
    let text = try ServedTree().list(headers: [Header("PRIVATE-TOKEN", "guest")]).text
    #expect(!text.contains("tag_name"))
    #expect(!text.contains("\"commit\""))
    #expect(text.contains("\"name\": \"release 3\""))
  }

  @Test func aWrongParameterIsRefused() throws {
    #expect(try ServedTree().list("sort=sideways").status == 400)
  }
}
