import FakeGitLab
import TestSupport
import Testing

/// What a collect says of itself: the bar, lines and objects on standard output, metrics, messages.
struct CollectReportTests {
  private let directory: TemporaryDirectory
  private let store: String

  init() throws {
    directory = try TemporaryDirectory()
    store = directory.file("s.store")
  }

  private func collect(
    _ server: FakeGitLab, _ project: String, _ more: String..., environment: [String: String] = [:]
  ) throws -> ProcessResult {
    try Wheelspool.run(
      ["collect", "--gitlab", server.url, "--project", project, "--product", "rhai"] + more, store: store,
      environment: environment)
  }

  @Test func theBarHasRateBytesReleasesAndTimeLeft() throws {
    var options = FakeGitLab.Options(tree: Wheelspool.fixtures)
    options.latencyMilliseconds = 60
    let server = try FakeGitLab(options)
    defer { server.stop() }
    let command = "'\(Wheelspool.path)' collect --gitlab \(server.url) --project 15 --product rhai --jobs 1"
    let result = try RunningProcess.run(
      "script", ["-q", "-e", "-c", "stty cols 110; " + command, "/dev/null"],
      environment: Wheelspool.environment(store, ["TERM": "xterm"]))
    #expect(result.exitCode == 0)
    let drawn = result.text.split(separator: "\u{1b}[K").filter { $0.contains("releases, ") && $0.contains("[") }
    let last = try #require(drawn.last { $0.contains("ETA") })
    #expect(last.contains("/27 releases, ") && last.contains(" artifacts, ") && last.contains("/s, ETA 0:"), "\(last)")
    #expect(last.hasPrefix("[=") && last.contains("iB, "), "\(last)")
    // It is taken away before a message is written.
    #expect(result.text.contains("\r\u{1b}[Kwheelspool: "))
  }

  @Test func elsewhereThereIsNoBar() throws {
    let server = try FakeGitLab(tree: Wheelspool.fixtures)
    defer { server.stop() }
    let result = try collect(server, "12")
    #expect(result.exitCode == 0 && result.text.isEmpty && !result.errorText.contains("\u{1b}"))
    #expect(result.errorText.split(separator: "\n").last?.contains("4 releases committed") == true)
  }

  @Test func aDryRunSaysWhatItWouldDo() throws {
    let server = try FakeGitLab(tree: Wheelspool.fixtures)
    defer { server.stop() }
    let text = try collect(server, "12", "--dry-run")
    #expect(text.exitCode == 0 && text.errorText.contains("v3.3.0.12+http-cpu-ubi9: 1 assets to read"))
    #expect(text.errorText.contains("4 releases to commit"))
    let lines = try collect(server, "12", "--dry-run", "--progress", "lines")
    #expect(lines.lines.count == 4)
    #expect(lines.lines.first == "planned rhai 12 v3.2.0.101+http-cpu-ubi9 1")
    let json = try collect(server, "12", "--dry-run", "--progress", "json")
    for line in json.lines {
      #expect(try Members.of(line) == ["event", "product_key", "repository_key", "tag", "assets"])
    }
    #expect(server.statistics.packageCount == 0 && !Files.exists(store))
  }

  @Test func metricsCountFailuresByCodeAndTheAgeOfTheLastCompleteRun() throws {
    let server = try FakeGitLab(tree: Wheelspool.fixtures)
    defer { server.stop() }
    let file = directory.file("m.prom")
    #expect(try collect(server, "16", "--metrics-file", file).exitCode == 3)
    let bad = try Files.readText(file)
    #expect(bad.contains("\nwheelspool_collect_failures{code=\"E_GZIP\"} 7\n"), "\(bad)")
    #expect(bad.contains("\nwheelspool_collect_last_run_exit_code 3\n") && !bad.contains("watermark_age"))
    #expect(try collect(server, "12", "--metrics-file", file).exitCode == 0)
    let good = try Files.readText(file)
    #expect(good.contains("\nwheelspool_collect_watermark_age_seconds 0."))
    #expect(!good.contains("{code="))
    for name in [
      "releases_committed", "artifacts_read", "downloaded_bytes", "stored_bytes", "last_run_duration_seconds",
    ] {
      #expect(good.contains("\nwheelspool_collect_\(name) "), "\(name)")
    }
    // Every line is a comment or a sample.
    for line in (bad + good).split(separator: "\n") where !line.hasPrefix("# ") {
      #expect(line.hasPrefix("wheelspool_collect_") && line.split(separator: " ").count == 2, "\(line)")
    }
  }

  @Test func metricsThatCannotBeWrittenAreAnError() throws {
    let server = try FakeGitLab(tree: Wheelspool.fixtures)
    defer { server.stop() }
    let result = try collect(server, "12", "--metrics-file", directory.file("none/m.prom"))
    #expect(result.exitCode == 7 && result.errorText.contains("(E_LOCAL_IO)"))
  }

  @Test func metricsThatCannotBeWrittenHideNothingWorse() throws {
    let server = try FakeGitLab(tree: Wheelspool.fixtures)
    defer { server.stop() }
    let file = directory.file("none/m.prom")
    let wrong = try Wheelspool.run(
      [
        "collect", "--gitlab", "https://h.test:99999", "--project", "1", "--product", "p", "--metrics-file", file,
      ], store: store)
    #expect(wrong.exitCode == 2 && wrong.errorText.contains("(E_LOCAL_IO)"), "\(wrong.errorText)")
    #expect(try collect(server, "12").exitCode == 0)
    // The listing's state is damaged, which shows when the run has begun.
    var data = try Files.read(store + "/data.mdb")
    let word = Array("order_by=".utf8)
    for place in data.indices.dropLast(word.count) where data[place] == word[0] && data[place...].starts(with: word) {
      data[place] ^= 0x20
    }
    try Files.write(data, to: store + "/data.mdb")
    let damaged = try collect(server, "12", "--metrics-file", file)
    #expect(damaged.exitCode == 6, "\(damaged.errorText)")
    #expect(damaged.errorText.contains("(E_LOCAL_IO)") && damaged.errorText.contains("(E_STORE_"))
  }

  /// Writes a configuration of one product's repositories and returns its path.
  private func configure(_ server: FakeGitLab, _ repositories: [(key: String, project: String)]) throws -> String {
    let path = directory.file("w.toml")
    let sections = repositories.map { "[[product.repository]]\nkey = \"\($0.key)\"\nproject = \"\($0.project)\"\n" }
    try Files.write(
      "[gitlab]\nurl = \"\(server.url)\"\n[[product]]\nkey = \"rhai\"\n" + sections.joined(), to: path)
    return path
  }

  @Test func aListingThatFailsIsToldOnceWithWhatToDo() throws {
    let server = try FakeGitLab(tree: Wheelspool.fixtures)
    defer { server.stop() }
    let configuration = try configure(server, [("none", "acme/none")])
    let result = try Wheelspool.run(["collect", "--config", configuration], store: store)
    let told = result.errorText.split(separator: "\n").filter { $0.contains("(E_NOT_FOUND)") }
    #expect(result.exitCode == 8 && told.count == 1, "\(result.errorText)")
    #expect(told.first?.contains("; next: check the project's path or number") == true)
  }

  @Test func aRunOfAPartOnlyMakesNothingComplete() throws {
    let server = try FakeGitLab(tree: Wheelspool.fixtures)
    defer { server.stop() }
    let file = directory.file("m.prom")
    let configuration = try configure(server, [("http", "12"), ("odd", "15")])
    func isComplete(_ more: String...) throws -> Bool {
      let result = try Wheelspool.run(
        ["collect", "--config", configuration, "--metrics-file", file] + more, store: store)
      #expect(result.exitCode == 0, "\(result.errorText)")
      return try Files.readText(file).contains("\nwheelspool_collect_watermark_age_seconds ")
    }
    #expect(try !isComplete("--repository", "http"))
    #expect(try !isComplete("--since", "2020-01-01"))
    #expect(try isComplete("--product", "rhai"))
  }

  @Test func aRefusedRepositoryAmongOthersIsReportedWithTheCodeOfTheRun() throws {
    let server = try FakeGitLab(tree: Wheelspool.fixtures)
    defer { server.stop() }
    let configuration = try configure(server, [("none", "acme/none"), ("http", "12")])
    let result = try Wheelspool.run(["collect", "--config", configuration, "--log-format", "json"], store: store)
    #expect(result.exitCode == 3 && result.errorText.contains("\"exit_code\":3"), "\(result.errorText)")
    #expect(!result.errorText.contains("\"exit_code\":8"))
  }

  @Test func aTokenThatMayListButNotReadIsSaidSo() throws {
    let server = try FakeGitLab(tree: Wheelspool.fixtures)
    defer { server.stop() }
    server.add(.init(.status(403), path: "*/packages/*"))
    let result = try collect(server, "12")
    #expect(result.exitCode == 3, "\(result.errorText)")
    #expect(result.errorText.contains("rhai 12: listed, then given up: the server answers 403"))
  }

  @Test func settingsOfAnySizeAreHeld() throws {
    let server = try FakeGitLab(tree: Wheelspool.fixtures)
    defer { server.stop() }
    let configuration = directory.file("w.toml")
    let limits = [
      "listing-page-bytes", "asset-bytes", "inflated-bytes", "member-bytes", "text-bytes", "members", "header-bytes",
      "listing-pages",
    ]
    let network = [
      "connect-seconds", "answer-seconds", "stall-seconds", "request-seconds", "longest-wait-seconds", "attempts",
      "retry-budget", "dead-requests",
    ]
    func table(_ keys: [String]) -> String { keys.map { "\($0) = \(Int.max)\n" }.joined() }
    try Files.write(
      """
      [gitlab]
      url = "\(server.url)"
      [limits]
      \(table(limits))
      [network]
      \(table(network))
      [[product]]
      key = "rhai"
      [[product.repository]]
      key = "http"
      project = 12
      """, to: configuration)
    server.add(.init(.status(503), path: "*", times: 2))
    let result = try Wheelspool.run(["collect", "--config", configuration], store: store)
    #expect(result.exitCode == 0, "\(result.exitCode) \(result.errorText)")
    #expect(result.errorText.contains("4 releases committed"))
  }

  @Test func theProxyInUseIsSaidWithoutItsPassword() throws {
    let configuration = directory.file("w.toml")
    try Files.write(
      """
      [gitlab]
      url = "http://127.0.0.1:9"
      [network]
      attempts = 1
      [[product]]
      key = "p"
      [[product.repository]]
      key = "r"
      project = 1
      """, to: configuration)
    let result = try Wheelspool.run(
      ["collect", "--config", configuration, "-v"], store: store,
      environment: ["http_proxy": "http://user:secret@127.0.0.1:1"])
    #expect(result.exitCode == 8 && result.errorText.contains("through the proxy 127.0.0.1:1\n"))
    #expect(!result.errorText.contains("secret"))
    let direct = try Wheelspool.run(
      ["collect", "--config", configuration, "-v"], store: store,
      environment: ["http_proxy": "http://127.0.0.1:1", "no_proxy": "127.0.0.0/8"])
    #expect(direct.exitCode == 8 && direct.errorText.contains("asking http://127.0.0.1:9\n"))
  }

  @Test func certificatesThatAreNotThereAreTheConfigurationsFault() throws {
    let result = try Wheelspool.run(
      ["collect", "--gitlab", "https://h.test", "--project", "1", "--product", "p", "--cacert", "/nonexistent.pem"],
      store: store)
    #expect(result.exitCode == 2 && result.errorText.contains("/nonexistent.pem: cannot be read"))
  }

  @Test func anInstanceThatIsNoServerIsTheConfigurationsFault() throws {
    let result = try Wheelspool.run(
      ["collect", "--gitlab", "https://h.test:99999", "--project", "1", "--product", "p"], store: store)
    #expect(result.exitCode == 2 && result.errorText.hasPrefix("wheelspool: error: "))
  }

  @Test(arguments: ["text", "json"]) func moreAndMoreIsSaidWithoutTheToken(format: String) throws {
    let server = try FakeGitLab(tree: Wheelspool.fixtures)
    defer { server.stop() }
    let result = try collect(
      server, "14", "-v", "-v", "--log-format", format, environment: ["GITLAB_TOKEN": "test-token"])
    #expect(result.exitCode == 0 && result.errorText.contains("assets to read"))
    #expect(!result.errorText.contains("test-token"))
  }
}
