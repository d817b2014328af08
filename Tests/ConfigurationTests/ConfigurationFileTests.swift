import Configuration
import TestSupport
import Testing
import WheelModel

@Suite("wheelspool.toml")
struct ConfigurationFileTests {
  private static let example = """
    store = "spool"
    [gitlab]
    url = "https://gitlab.example.com/"
    token-env = "GITLAB_TOKEN"
    [[product]]
    key = "rhai"
      [[product.repository]]
      key = "wheels-cuda"
      project = "acme/builders/wheels-cuda"
      [[product.repository]]
      key = "wheels-cpu"
      project = 17
    [[product]]
    key = "other"
      [[product.repository]]
      key = "wheels-cuda"
      project = "18"
    """

  private func resolve(
    _ text: String, environment: [String: String] = [:], _ change: (inout ConfigurationFlags) -> Void = { _ in }
  ) throws -> Configuration {
    try TemporaryDirectory.with { directory in
      try Files.write(text, to: directory.file("wheelspool.toml"))
      var flags = ConfigurationFlags()
      flags.configPath = directory.file("wheelspool.toml")
      change(&flags)
      var configuration = try Configuration.resolve(flags: flags, environment: environment)
      if configuration.storePath.hasPrefix(directory.path) {
        configuration.storePath.removeFirst(directory.path.count)
      }
      return configuration
    }
  }

  @Test("gives instance, token, store and repositories in its order")
  func example() throws {
    let configuration = try resolve(Self.example)
    #expect(configuration.storePath == "/spool")
    #expect(configuration.gitlab.url == "https://gitlab.example.com")
    #expect(configuration.gitlab.token == .environment("GITLAB_TOKEN"))
    #expect(configuration.jobs == 4)
    #expect(
      configuration.repositories.map { "\($0.key.product)/\($0.key.repository)=\($0.project)" } == [
        "rhai/wheels-cuda=acme/builders/wheels-cuda", "rhai/wheels-cpu=17", "other/wheels-cuda=18",
      ])
  }

  @Test("sets every limit and time by name")
  func limits() throws {
    let configuration = try resolve(
      Self.example + """

        [collect]
        jobs = 7
        [limits]
        listing-page-bytes = 1
        asset-bytes = 2
        inflated-bytes = 3
        member-bytes = 4
        text-bytes = 5
        members = 6
        header-bytes = 7
        listing-pages = 8
        [network]
        connect-seconds = 1
        answer-seconds = 2
        stall-seconds = 3
        request-seconds = 4
        longest-wait-seconds = 5
        attempts = 6
        retry-budget = 7
        dead-requests = 8
        """)
    let (limits, network) = (configuration.limits, configuration.network)
    #expect(configuration.jobs == 7)
    #expect(
      [
        limits.listingPageBytes, limits.assetBytes, limits.inflatedBytes, limits.memberBytes, limits.textBytes,
        limits.members, limits.headerBytes, limits.listingPages,
      ] == Array(1...8))
    #expect(
      [
        network.connectSeconds, network.answerSeconds, network.stallSeconds, network.requestSeconds,
        network.longestWaitSeconds, network.attempts, network.retryBudget, network.deadRequests,
      ] == Array(1...8))
  }

  @Test("gives way to the environment, and that to flags")
  func precedence() throws {
    let environment = ["WHEELSPOOL_STORE": "e", "WHEELSPOOL_GITLAB_URL": "https://e.test"]
    let fromEnvironment = try resolve(Self.example, environment: environment)
    #expect(fromEnvironment.storePath == "e" && fromEnvironment.gitlab.url == "https://e.test")
    let fromFlags = try resolve(Self.example, environment: environment) {
      $0.storePath = "f"
      $0.gitlabURL = "http://f.test/gitlab/api/v4/"
      $0.jobs = 9
    }
    #expect(fromFlags.storePath == "f" && fromFlags.gitlab.url == "http://f.test/gitlab" && fromFlags.jobs == 9)
    #expect(try Configuration.storePath(flag: nil, environment: [:]) == "wheelspool.store")
    #expect(try Configuration.storePath(flag: nil, environment: environment) == "e")
    #expect(try Configuration.storePath(flag: "f", environment: environment) == "f")
  }

  @Test("tells commands that ask no upstream where the store is, whatever else it says")
  func storeAlone() throws {
    try TemporaryDirectory.with { directory in
      let path = directory.file("own.toml")
      try Files.write("store = 'spool'\nelse = 1", to: path)
      let environment = ["WHEELSPOOL_CONFIG": path]
      #expect(try Configuration.storePath(flag: nil, environment: environment) == directory.file("spool"))
      #expect(try Configuration.storePath(flag: "f", environment: environment) == "f")
      try Files.write("store = [", to: path)
      #expect(throws: ConfigurationError.self) { try Configuration.storePath(flag: nil, environment: environment) }
      #expect(try Configuration.storePath(flag: "f", environment: environment) == "f")
    }
  }

  @Test("never shows what stands where a variable's name should be")
  func tokenInPlaceOfAName() throws {
    for token in ["glpat-JwzyhXtlTvyCmdAk", "JwzyhXtlTvyCmdAk", "1AB"] {
      let text = Self.example.replacing("GITLAB_TOKEN", with: token)
      do {
        _ = try resolve(text).gitlab.token?.load(environment: [:])
        Issue.record("\(token) was taken")
      } catch let error as ConfigurationError {
        #expect(!error.description.contains(token) && error.description.contains("token-env"))
      }
    }
  }

  @Test("names a misspelt table before what its absence makes of others")
  func misspeltTable() throws {
    do {
      _ = try resolve(Self.example.replacing("[[product]]", with: "[[products]]"))
      Issue.record("it was taken")
    } catch let error as ConfigurationError {
      #expect(error.description.contains("products") && error.description.contains("`product`"))
    }
  }

  @Test("is narrowed by products and repositories")
  func selection() throws {
    func keys(_ change: (inout ConfigurationFlags) -> Void) throws -> [String] {
      try resolve(Self.example, change).repositories.map { "\($0.key.product)/\($0.key.repository)" }
    }
    #expect(try keys { $0.products = ["rhai"] } == ["rhai/wheels-cuda", "rhai/wheels-cpu"])
    #expect(try keys { $0.repositories = ["wheels-cuda"] } == ["rhai/wheels-cuda", "other/wheels-cuda"])
    #expect(
      try keys {
        $0.products = ["other"]
        $0.repositories = ["wheels-cuda"]
      } == ["other/wheels-cuda"])
    let error = try #require(
      throws: ConfigurationError.self, performing: { try keys { $0.products = ["rhia"] } })
    #expect(error.code == .selection && error.hint == "did you mean `rhai`?")
    #expect(throws: ConfigurationError.self) {
      try keys {
        $0.products = ["other"]
        $0.repositories = ["wheels-cpu"]
      }
    }
  }

  @Test("may be replaced by flags")
  func withoutFile() throws {
    var flags = ConfigurationFlags()
    flags.gitlabURL = "https://h.test"
    flags.project = "acme/builders/wheels-cuda"
    flags.products = ["rhai"]
    let configuration = try Configuration.resolve(flags: flags, environment: [:])
    #expect(configuration.repositories.map(\.key) == [RepositoryKey(product: "rhai", repository: "wheels-cuda")])
    #expect(configuration.gitlab.token == .optionalEnvironment("GITLAB_TOKEN"))
    flags.repositories = ["cuda"]
    #expect(
      try Configuration.resolve(flags: flags, environment: [:]).repositories.map(\.key.repository) == ["cuda"])
    flags.products = []
    #expect(throws: ConfigurationError.self) { try Configuration.resolve(flags: flags, environment: [:]) }
    flags.products = ["rhai"]
    flags.project = "https://h.test/acme"
    #expect(throws: ConfigurationError.self) { try Configuration.resolve(flags: flags, environment: [:]) }
    #expect(throws: ConfigurationError.self) {
      try Configuration.resolve(flags: ConfigurationFlags(), environment: ["WHEELSPOOL_CONFIG": "/nowhere/w.toml"])
    }
  }

  @Test(
    "names what is wrong and where",
    arguments: [
      ("stor = 'x'", .unknownKey, "stor", "did you mean `store`?"),
      ("[gitlab]\ntoken_env = 'x'", .unknownKey, "gitlab.token_env", "did you mean `token-env`?"),
      ("[gitlb]", .unknownKey, "gitlb", "did you mean `gitlab`?"),
      (
        "[[product]]\nkey='a'\n[[product.repository]]\nkey='b'\nprojekt='c'", .unknownKey,
        "product[0].repository[0].projekt", "did you mean `project`?"
      ),
      (
        "[[product]]\nkey='a'\n[[product.repository]]\nkey='b'\nproject='c'\nproj='d'", .unknownKey,
        "product[0].repository[0].proj", "did you mean `project`?"
      ),
      ("[gitlab]\nurl = 5", .value, "gitlab.url", nil), ("[gitlab]\nurl = ''", .value, "gitlab.url", nil),
      ("[gitlab]\nurl = 1979-05-27", .syntax, "line 2", nil), ("x = [07:32:00]", .syntax, "line 1", nil),
      ("[1979-05-27]\n1-1 = { 2-2 = 1 }", .unknownKey, "1979-05-27", nil), ("gitlab = 'x'", .value, "gitlab", nil),
      ("[gitlab]\nallow-http = 'yes'", .value, "gitlab.allow-http", nil),
      ("[gitlab]\nallow-hosts = 'h'", .value, "gitlab.allow-hosts", nil),
      ("[gitlab]\nallow-hosts = [1]", .value, "gitlab.allow-hosts", nil),
      ("[gitlab]\ntoken-env='a'\ntoken-file='b'", .value, "gitlab", nil),
      ("[gitlab]\ntoken-header = 'Bearer'", .value, "gitlab.token-header", "did you mean `bearer`?"),
      ("[limits]\nasset-bytes = 0", .value, "limits.asset-bytes", nil),
      ("[limits]\nasset-bytes = 1.5", .value, "limits.asset-bytes", nil),
      ("[network]\nstall-second = 1", .unknownKey, "network.stall-second", "did you mean `stall-seconds`?"),
      ("[network]\nattempts = 0", .value, "network.attempts", nil),
      ("[collect]\njobs = true", .value, "collect.jobs", nil),
      ("product = 'rhai'", .value, "product", nil), ("product = ['rhai']", .value, "product[0]", nil),
      ("[[product]]\nkey='a'\n[[product.repository]]\nkey='b'", .missing, "product[0].repository[0].project", nil),
      ("[[product]]", .missing, "product[0].key", nil), ("[[product]]\nkey='a/b'", .value, "product[0].key", nil),
      ("[[product]]\nkey=\"a\\u001b\"", .value, "product[0].key", nil),
      ("[[product]]\nkey='a'\n[[product]]\nkey='a'", .value, "product[1].key", nil),
      ("store = \"a\\u0000b\"", .syntax, "", nil), ("store = ", .syntax, "line 1, column ", nil),
      ("store = 'a'\nstore = 'b'", .syntax, "line 2, column ", nil),
      ("x = 99999999999999999999", .syntax, "line 1", nil),
      // The parser ends the process at these.
      ("store = 'a'\n  [[[product]]]", .syntax, "line 2", nil), ("[", .syntax, "line 1", nil),
      ("[ .gitlab]", .syntax, "line 1", nil), ("x = [}", .syntax, "line 1", nil),
      ("x = [1,\n}", .syntax, "line 2", nil),
      ("x = \"\"\"a\n]\"\"\"\"\n]", .syntax, "line 3", nil), ("a = 1\u{b}", .syntax, "line 1", nil),
      ("x = [\u{a0}1]", .syntax, "line 1", nil), ("\n[[\u{e9}]]", .syntax, "line 2", nil),
    ] as [(String, ConfigurationError.Code, String, String?)])
  func errors(_ text: String, _ code: ConfigurationError.Code, _ place: String, _ hint: String?) throws {
    let withProduct =
      text.contains("product") ? text : text + "\n[[product]]\nkey='p'\n[[product.repository]]\nkey='r'\nproject='1'\n"
    let error = try #require(
      throws: ConfigurationError.self,
      performing: { try resolve(withProduct) { if !text.contains("url") { $0.gitlabURL = "https://h.test" } } })
    #expect(error.code == code, "\(error)")
    #expect(error.place.contains("wheelspool.toml") && error.place.contains(place), "\(error)")
    if let hint { #expect(error.hint == hint) }
  }

  @Test(
    "takes instance URLs in their usual forms only",
    arguments: [
      ("https://h.test", "https://h.test"), ("https://h.test///", "https://h.test"),
      ("HTTPS://h.test", "HTTPS://h.test"),
      ("https://h.test/api/v4", "https://h.test"), ("http://h:8080/git/api/v4/", "http://h:8080/git"),
      ("h.test", nil), ("ftp://h.test", nil), ("https://", nil), ("https:///", nil), ("https://u:p@h.test", nil),
      ("https://h.test?x=1", nil), ("https://h.test#x", nil), ("https://h test", nil), ("https://hé.test", nil),
      ("file:///etc/passwd", nil),
    ] as [(String, String?)])
  func urls(_ text: String, _ expected: String?) {
    var flags = ConfigurationFlags()
    flags.gitlabURL = text
    flags.project = "1"
    flags.products = ["p"]
    let url = try? Configuration.resolve(flags: flags, environment: [:]).gitlab.url
    #expect(url == expected)
  }
}
