import FakeGitLab
import TestSupport
import Testing

/// Readers that go away, signals, messages, and commands beside a collector.
struct StreamTests {
  @Test(arguments: [
    "dump artifacts --format ndjson", "dump artifacts", "dump releases --format json", "dump log --format csv",
  ])
  func closedOutputEndsQuietly(command: String) throws {
    let directory = try TemporaryDirectory()
    let store = directory.file("s.store")
    try HostileStore.make(at: store, plainReleases: 60, note: String(repeating: "x", count: 3000))
    let shell = "'\(Wheelspool.path)' \(command) --raw | head -c 1; exit ${PIPESTATUS[0]}"
    let result = try RunningProcess.run("bash", ["-c", shell], environment: Wheelspool.environment(store, [:]))
    #expect(result.exitCode == 0)
    #expect(result.output.count == 1)
    #expect(result.errorText.isEmpty)
  }

  @Test func fullDiskIsSeven() throws {
    let store = try SampleStore.path()
    let result = try RunningProcess.run(
      "sh", ["-c", "'\(Wheelspool.path)' dump artifacts > /dev/full"], environment: Wheelspool.environment(store, [:]))
    #expect(result.exitCode == 7)
    #expect(result.errorText.contains("(E_LOCAL_IO)"))
  }

  @Test(arguments: [(2, 130), (15, 143)] as [(Int32, Int32)])
  func signalsEndACollectAfterTheCommitInHand(signal: Int32, code: Int32) throws {
    let directory = try TemporaryDirectory()
    var options = FakeGitLab.Options(tree: Wheelspool.fixtures)
    options.latencyMilliseconds = 200
    let server = try FakeGitLab(options)
    defer { server.stop() }
    let store = directory.file("s.store")
    let process = try Wheelspool.start(
      [
        "collect", "--gitlab", server.url, "--project", "15", "--product", "rhai", "--jobs", "1", "--progress",
        "lines",
      ], store: store)
    _ = try process.line(startingWith: "committed 1 ")
    process.signal(signal)
    let result = try process.wait(timeout: 10)
    #expect(result.exitCode == code)
    #expect(result.errorText.contains("interrupted: "))
    let reported = result.lines.filter { $0.hasPrefix("committed ") }.count
    let kept = try Wheelspool.run(["dump", "log", "--format", "ndjson"], store: store)
    #expect(kept.lines.count >= reported)
    #expect(reported >= 1)
    #expect(try Wheelspool.run(["verify", "--data"], store: store).exitCode == 0)
  }

  @Test func progressAsJSONNamesFields() throws {
    let directory = try TemporaryDirectory()
    let server = try FakeGitLab(tree: Wheelspool.fixtures)
    defer { server.stop() }
    let metrics = directory.file("metrics.prom")
    let result = try Wheelspool.run(
      [
        "collect", "--gitlab", server.url, "--project", "12", "--product", "rhai", "--progress", "json",
        "--log-format", "json", "--metrics-file", metrics,
      ], store: directory.file("s.store"))
    #expect(result.exitCode == 0)
    #expect(result.lines.count == 4)
    for line in result.lines {
      #expect(
        try Members.of(line) == ["event", "sequence", "product_key", "repository_key", "tag", "artifacts"])
    }
    for line in result.errorText.split(separator: "\n") {
      #expect(try Members.of(String(line)) == ["time", "level", "message"])
    }
    let text = try Files.readText(metrics)
    #expect(text.contains("\nwheelspool_collect_releases_committed 4\n"))
    #expect(text.contains("\nwheelspool_collect_last_run_exit_code 0\n"))
    #expect(try Files.list(directory.path).sorted() == ["metrics.prom", "s.store"])
  }

  @Test func errorsAsJSONNameFields() throws {
    let result = try SampleStore.run("dump", "artifact", "none", "--log-format", "json")
    #expect(result.exitCode == 4)
    #expect(
      try Members.of(result.errorText)
        == ["time", "level", "message", "code", "operation", "kept", "next", "exit_code"])
  }

  @Test func quietSaysNothingAndVerboseMore() throws {
    let directory = try TemporaryDirectory()
    let server = try FakeGitLab(tree: Wheelspool.fixtures)
    defer { server.stop() }
    func errors(_ flag: String, _ store: String) throws -> String {
      try Wheelspool.run(
        ["collect", "--gitlab", server.url, "--project", "12", "--product", "rhai", flag],
        store: directory.file(store)
      ).errorText
    }
    #expect(try errors("--quiet", "a.store").isEmpty)
    #expect(try errors("--verbose", "b.store").contains("committed as 1 with 1 artifacts"))
  }

  @Test func tokenIsNowhere() throws {
    let directory = try TemporaryDirectory()
    let server = try FakeGitLab(tree: Wheelspool.fixtures)
    defer { server.stop() }
    let store = directory.file("s.store")
    let canary = "glpat-CANARY-7f3a9"
    let result = try Wheelspool.run(
      ["collect", "--gitlab", server.url, "--project", "14", "--product", "rhai", "--verbose", "--progress", "json"],
      store: store, environment: ["GITLAB_TOKEN": canary])
    #expect(result.exitCode == 8)
    #expect(!(result.text + result.errorText).contains("CANARY"))
    let found = try RunningProcess.run("grep", ["-r", "-a", "-c", "CANARY", store])
    #expect(found.exitCode == 1)
  }

  @Test func dumpsBesideACollectShowWholeReleases() throws {
    let directory = try TemporaryDirectory()
    var options = FakeGitLab.Options(tree: Wheelspool.fixtures)
    options.latencyMilliseconds = 20
    let server = try FakeGitLab(options)
    defer { server.stop() }
    let store = directory.file("s.store")
    let process = try Wheelspool.start(
      ["collect", "--gitlab", server.url, "--project", "15", "--product", "rhai", "--progress", "lines"], store: store)
    _ = try process.line(startingWith: "committed 1 ")
    var counts: Set<Int> = []
    for _ in 0..<40 {
      let keys = try Wheelspool.run(
        ["dump", "artifacts", "--tag", "v2.3+odd", "--format", "csv", "--columns", "key"], store: store)
      #expect(keys.exitCode == 0, "\(keys.errorText)")
      counts.insert(keys.lines.count - 1)
      let releases = try Wheelspool.run(["dump", "releases", "--format", "csv", "--columns", "tag"], store: store)
      #expect(releases.exitCode == 0, "\(releases.errorText)")
    }
    #expect(counts.isSubset(of: [0, 2]))
    #expect(try process.wait().exitCode == 0)
  }
}
