import FakeGitLab
import SpoolStore
import TestSupport
import Testing
import WheelModel

/// Exporting, and comparing a target with the store, as a user does it.
struct ExportTests {
  @Test func sqliteIsExportedOnceAndVerified() throws {
    let directory = try TemporaryDirectory()
    let store = try SampleStore.path()
    let target = "sqlite:" + directory.file("wheels.sqlite")
    let rehearsed = try Wheelspool.run(["export", "--dry-run", target], store: store)
    let first = try Wheelspool.run(["export", target], store: store)
    #expect(first.exitCode == 0)
    #expect(first.errorText.contains("wrote 33 releases, 34 artifacts"))
    #expect(rehearsed.errorText.contains("would write 33 releases, 34 artifacts"))
    // A rehearsal counts what the export then writes.
    #expect(
      rehearsed.errorText.split(separator: "would write ").last == first.errorText.split(separator: "wrote ").last)
    #expect(first.text.isEmpty)
    #expect(try Wheelspool.run(["export", target], store: store).errorText.contains("wrote 0 releases"))
    #expect(try Wheelspool.run(["verify", "--target", target], store: store).exitCode == 0)
    let status = try Wheelspool.run(["status", "--target", target], store: store)
    #expect(status.text.contains("up to date"))
  }

  @Test func differingTargetIsOne() throws {
    let directory = try TemporaryDirectory()
    let store = try SampleStore.path()
    let file = directory.file("wheels.sqlite")
    #expect(try Wheelspool.run(["export", "sqlite:" + file], store: store).exitCode == 0)
    try RunningProcess.check("sqlite3", [file, "delete from artifact_packages where name = 'certifi'"])
    let result = try Wheelspool.run(["verify", "--target", "sqlite:" + file, "--format", "csv"], store: store)
    #expect(result.exitCode == 1)
    #expect(result.lines.count > 1)
    let repaired = try Wheelspool.run(["verify", "--target", "sqlite:" + file, "--repair"], store: store)
    #expect(repaired.exitCode == 0, "\(repaired.errorText)")
    #expect(try Wheelspool.run(["verify", "--target", "sqlite:" + file], store: store).exitCode == 0)
  }

  @Test func withdrawnReleasesAreGoneForExportAndVerify() throws {
    let directory = try TemporaryDirectory()
    let store = directory.file("s.store")
    try RunningProcess.check("cp", ["-r", try SampleStore.path(), store])
    let opened = try Store.open(path: store, mode: .collect(create: false))
    let repository = RepositoryKey(product: "rhai", repository: "wheels-http")
    try opened.writer.withdraw(
      [ReleaseKey(repository, tag: "v3.3.0.12+http-cpu-ubi9")], at: Timestamp(milliseconds: 1_790_000_000_123))
    opened.close()
    let target = "sqlite:" + directory.file("wheels.sqlite")
    func run(_ arguments: String...) throws -> ProcessResult {
      try Wheelspool.run(arguments, store: store)
    }
    #expect(try run("export", target).exitCode == 0)
    // Late: the target is up to date, and marks the release.
    #expect(try run("verify", "--delete-withdrawn", "--target", target).exitCode == 1)
    let late = try run("export", "--delete-withdrawn", target)
    #expect(late.exitCode == 0 && late.errorText.contains("removed 1 releases"))
    #expect(try run("verify", "--target", target).exitCode == 1)
    for repair in [[], ["--repair"], []] as [[String]] {
      let result = try Wheelspool.run(["verify", "--delete-withdrawn", "--target", target] + repair, store: store)
      #expect(result.exitCode == 0, "\(result.errorText)")
    }
  }

  @Test(arguments: ["sqlite", "ndjson"]) func missingTargetIsOne(kind: String) throws {
    let directory = try TemporaryDirectory()
    let target = kind + ":" + directory.file("nothing")
    let result = try SampleStore.run("verify", "--target", target, "--format", "csv")
    #expect(result.exitCode == 1)
    #expect(result.text.contains("nothing was exported here"))
    #expect(!Files.exists(directory.file("nothing")))
  }

  @Test func strayRowsAreOneAndTheirRemovalIsTold() throws {
    let directory = try TemporaryDirectory()
    let store = try SampleStore.path()
    let file = directory.file("wheels.sqlite")
    #expect(try Wheelspool.run(["export", "sqlite:" + file], store: store).exitCode == 0)
    try RunningProcess.check(
      "sqlite3", [file, "insert into drops (product_key, drop_key, name) values ('rhai', 'x', 'x')"])
    #expect(try Wheelspool.run(["verify", "--target", "sqlite:" + file], store: store).exitCode == 1)
    let repaired = try Wheelspool.run(["verify", "--target", "sqlite:" + file, "--repair"], store: store)
    #expect(repaired.exitCode == 0 && repaired.errorText.contains("removed 1 rows that hung on nothing"))
    #expect(try Wheelspool.run(["verify", "--target", "sqlite:" + file], store: store).exitCode == 0)
  }

  @Test func otherProgramsTablesAreNoExport() throws {
    let directory = try TemporaryDirectory()
    let file = directory.file("other.sqlite")
    try RunningProcess.check("sqlite3", [file, "create table releases (id integer); insert into releases values (1)"])
    for command in [["verify", "--target"], ["export"], ["status", "--target"]] {
      let result = try Wheelspool.run(command + ["sqlite:" + file], store: try SampleStore.path())
      #expect(result.exitCode == 9)
      #expect(result.errorText.contains("a database of another program (E_TARGET_FOREIGN)"))
    }
  }

  @Test(arguments: [true, false]) func artifactThatChangedHandsIsReplayed(isTargetThere: Bool) throws {
    let directory = try TemporaryDirectory()
    let store = directory.file("s.store")
    let target = "sqlite:" + directory.file("wheels.sqlite")
    let asset = CollectionBuilder([CollectionBuilder.Package("numpy", "1.0")]).asset(directory: "wheels")
    var tree = TreeBuilder(releases: [
      TreeBuilder.Release(
        "v3.0+x", createdAt: "2026-01-01T00:00:00Z",
        links: ["x86_64", "aarch64"].map { TreeBuilder.Link("wheels-3.0+x-\($0).tar.gz", asset) }),
      TreeBuilder.Release("v4.0+x", createdAt: "2026-01-02T00:00:00Z"),
    ])
    try tree.write(to: directory.file("tree"))
    let server = try FakeGitLab(tree: directory.file("tree"))
    defer { server.stop() }
    func run(_ arguments: String...) throws -> Int32 { try Wheelspool.run(arguments, store: store).exitCode }
    func collect() throws -> Int32 {
      try run("collect", "--gitlab", server.url, "--project", "7", "--product", "rhai")
    }
    #expect(try collect() == 0)
    if isTargetThere { #expect(try run("export", target) == 0) }
    tree.projects[0].releases[0].tag = "3.0+x"
    tree.projects[0].releases[0].links.removeLast()
    try tree.write(to: directory.file("tree"))
    #expect(try [collect(), collect()] == [3, 0])
    #expect(try run("export", target) == 0)
    #expect(try run("verify", "--target", target) == 0)
    #expect(try run("verify", "--data") == 0)
    #expect(try run("compact") == 0)
    #expect(try run("verify", "--data") == 0)
  }

  @Test func linesGoToStandardOutput() throws {
    let result = try SampleStore.run("export", "ndjson:-", "--quiet")
    #expect(result.exitCode == 0)
    #expect(result.errorText.isEmpty)
    #expect(result.lines.filter { $0.hasPrefix(#"{"kind":"release""#) }.count == 33)
    #expect(result.lines.last?.hasPrefix(#"{"kind":"watermark""#) == true)
  }

  @Test func unreachableTargetIsNine() throws {
    let result = try SampleStore.run("status", "--target", "postgresql://user:secret@127.0.0.1:1/none")
    #expect(result.exitCode == 9)
    #expect(!result.errorText.contains("secret"))
  }

  @Test(arguments: ["export", "export --dry-run", "verify --repair --target"])
  func failedTargetIsNotWritten(command: String) throws {
    let arguments = command.split(separator: " ").map(String.init)
    let result = try Wheelspool.run(arguments + ["sqlite:/nowhere/at/all/x.db/y"], store: try SampleStore.path())
    let isDry = command.contains("dry")
    #expect(result.exitCode == (isDry ? 0 : 7))
    #expect(result.errorText.contains("wrote") == false)
    let unreachable = try Wheelspool.run(arguments + ["postgresql://127.0.0.1:1/none"], store: try SampleStore.path())
    #expect(unreachable.exitCode == 9)
    #expect(!unreachable.errorText.contains("wrote") && !unreachable.errorText.contains("would write"))
  }

  @Test(arguments: ["sqlite", "ndjson"]) func pipeIsNoTarget(kind: String) throws {
    let directory = try TemporaryDirectory()
    try RunningProcess.check("mkfifo", [directory.file("pipe")])
    for command in [["export"], ["export", "--dry-run"], ["verify", "--target"], ["status", "--target"]] {
      let result = try Wheelspool.run(
        command + [kind + ":" + directory.file("pipe")], store: try SampleStore.path(), timeout: 20)
      #expect(result.exitCode == 9, "\(command): \(result.errorText)")
      #expect(result.errorText.contains("it is no regular file (E_TARGET_FOREIGN)"))
    }
  }

  @Test func secretOfAnAddressIsNotShown() throws {
    let result = try SampleStore.run("export", "postgres:user:secret@host/db")
    #expect(result.exitCode == 2)
    #expect(!result.errorText.contains("secret"))
  }

  @Test func compactKeepsTheContent() throws {
    let directory = try TemporaryDirectory()
    let store = directory.file("s.store")
    try RunningProcess.check("cp", ["-r", try SampleStore.path(), store])
    let before = try Wheelspool.run(["dump", "artifacts", "--format", "ndjson", "--stable"], store: store).text
    let result = try Wheelspool.run(["compact"], store: store)
    #expect(result.exitCode == 0, "\(result.errorText)")
    #expect(try Wheelspool.run(["dump", "artifacts", "--format", "ndjson", "--stable"], store: store).text == before)
    #expect(try Wheelspool.run(["verify", "--data"], store: store).exitCode == 0)
  }
}
