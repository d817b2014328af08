import Digest
import Testing
import WheelModel

@testable import Exporter

/// Values that PostgreSQL's types refuse are set aside; everything else arrives.
@Suite(.serialized) struct RefusedValueTests {
  /// JSON that `json` takes and `jsonb` does not.
  static let hostile = [
    #"{"a":"\u0000"}"#, #"{"a":"\ud800"}"#, #"{"a":1e400000}"#, #"{"a":["\udc00\ud800"]}"#,
  ]

  @Test("jsonb sets aside what it refuses, row by row", arguments: hostile)
  func setsDocumentsAside(_ graph: String) throws {
    let target = try TestTarget(.postgresJSONB)
    let source = MemorySource()
    source.put(Samples.release("v3.1.0+cuda-ubi9"))
    var bad = Samples.release("v3.2.0+cuda-ubi9")
    bad.artifacts[1].documents[2] = Samples.document(.dependencyGraph, Array(graph.utf8))
    source.put(bad)
    source.put(Samples.release("v3.3.0+cuda-ubi9"))
    let summary = try target.export(source)
    #expect(summary.outcome == .partial && summary.openIssues == 1 && summary.releases == 3 && summary.artifacts == 6)
    let issues = try target.rows("export_issues", ["artifact_key", "column_name", "tag", "store_id"])
    #expect(issues == [["3.2.0+cuda-ubi9-x86_64", "dependency_graph", "v3.2.0+cuda-ubi9", source.storeID]])
    let nulls = try target.psql("SELECT count(*) FROM artifacts WHERE dependency_graph IS NULL")
    #expect(nulls == "1\n")
    #expect(try target.count("artifact_packages") == 24)
    let found = try target.verify(source)
    #expect(found.isEqual && found.setAside == 1)
    // Still partial when nothing is new, and whole once the artifact was rewritten.
    #expect(try target.export(source).outcome == .partial)
    source.put(Samples.release("v3.2.0+cuda-ubi9"))
    let healed = try target.export(source)
    #expect(healed.outcome == .complete && healed.openIssues == 0)
    #expect(try target.count("export_issues") == 0)
    #expect(try target.verify(source).isEqual)
  }

  @Test("json and text take the same bytes", arguments: [TargetKind.postgresJSON, .postgresText, .sqlite])
  func takesHostileDocuments(_ kind: TargetKind) throws {
    let target = try TestTarget(kind)
    let source = MemorySource()
    for (number, graph) in Self.hostile.enumerated() {
      source.put(Samples.release(Text("v3.\(number).0+cuda-ubi9"), graph: Array(graph.utf8)))
    }
    #expect(try target.export(source).outcome == .complete)
    #expect(try target.verify(source).isEqual)
  }

  @Test("a large document that jsonb refuses is set aside too")
  func setsLargeDocumentsAside() throws {
    let target = try TestTarget(.postgresJSONB)
    let source = MemorySource()
    var state = Samples.release("v3.2.0+cuda-ubi9")
    let text = Array("{\"a\":\"\\u0000\",\"b\":\"".utf8) + [UInt8](repeating: 0x78, count: 9 << 20) + Array("\"}".utf8)
    state.artifacts[0].documents[2] = Samples.document(.dependencyGraph, text)
    source.put(state)
    #expect(try target.export(source).openIssues == 1)
    #expect(try target.verify(source).setAside == 1)
  }

  @Test("a NUL in a text is set aside as NULL", arguments: [TargetKind.postgresJSON, .postgresJSONB])
  func setsTextsAside(_ kind: TargetKind) throws {
    let target = try TestTarget(kind)
    let source = MemorySource()
    var state = Samples.release("v3.2.0+cuda-ubi9", description: "a\u{0}b")
    state.artifacts[0].artifact.asset.name = "x\u{0}.tar.gz"
    state.artifacts[1].packages = Samples.packages([("a\u{0}b", "1"), ("numpy", "1"), ("numpy", "\u{0}")])
    source.put(state)
    let summary = try target.export(source)
    #expect(summary.outcome == .partial && summary.artifacts == 2)
    let columns = try target.rows("export_issues", ["column_name"]).map { $0[0] ?? "" }
    #expect(columns == ["artifact_packages.name", "asset_name", "package_names", "releases.description"])
    #expect(try target.rows("releases", ["description"]) == [[nil]])
    #expect(try target.count("artifact_packages") == 5)
    let found = try target.verify(source)
    #expect(found.isEqual && found.setAside >= 3, "\(found)")
  }

  @Test("a row whose key is refused is left out, and its neighbours are not")
  func omitsRows() throws {
    let target = try TestTarget(.postgresJSON)
    let source = MemorySource()
    source.put(Samples.release("v3.1.0+cuda-ubi9"))
    source.put(Samples.release("v3.2.0+cu\u{0}da"))
    // Longer than an index entry can be, and of no pattern that could be compressed.
    var generator = Generator(state: 7)
    let noise = (0..<9000).map { _ in String(UInt64.random(in: 0..<36, using: &generator), radix: 36) }.joined()
    source.put(Samples.release(Text("v3.3.0+" + noise)))
    source.put(Samples.release("v3.4.0+cuda-ubi9"))
    let summary = try target.export(source)
    #expect(summary.outcome == .partial)
    #expect(try target.rows("releases", ["tag"]) == [["v3.1.0+cuda-ubi9"], ["v3.4.0+cuda-ubi9"]])
    #expect(try target.count("artifacts") == 4 && target.count("drops") == 4)
    #expect(try target.count("export_issues") == summary.openIssues && summary.openIssues >= 6)
    let found = try target.verify(source)
    #expect(found.isEqual, "\(found.differences)")
    #expect(try target.export(source).batches == 0)
  }

  @Test("what was left out for its key is forgotten with its release")
  func forgetsOmittedRows() throws {
    let tag: Text = "v3.2.0+cu\u{0}da"
    func prepared(withdrawn: Bool) throws -> (TestTarget, MemorySource) {
      let target = try TestTarget(.postgresJSON)
      let source = MemorySource()
      source.put(Samples.release("v3.1.0+cuda-ubi9"))
      source.put(Samples.release(tag))
      if withdrawn { source.withdraw(ReleaseKey(Samples.cuda, tag: tag)) }
      #expect(try target.export(source).outcome == .partial)
      return (target, source)
    }
    // Withdrawn before the option was given, or after.
    for isLate in [true, false] {
      let (target, source) = try prepared(withdrawn: isLate)
      if !isLate { source.withdraw(ReleaseKey(Samples.cuda, tag: tag)) }
      #expect(try target.export(source) { $0.deleteWithdrawn = true }.outcome == .complete)
      #expect(try target.count("export_issues") == 0 && target.count("artifacts") == 2)
    }
    let (target, source) = try prepared(withdrawn: false)
    #expect(try target.export(source) { $0.repair = true }.outcome == .partial)
    source.forget(ReleaseKey(Samples.cuda, tag: tag))
    #expect(try target.export(source) { $0.repair = true }.outcome == .complete)
    #expect(try target.count("export_issues") == 0)
  }

  @Test(
    "a document that no field can hold is set aside and named, unread; the others of its row stay",
    arguments: [TargetKind.postgresJSON, .postgresJSONB, .postgresText, .sqlite])
  func setsHugeDocumentsAside(_ kind: TargetKind) throws {
    let target = try TestTarget(kind)
    let source = MemorySource()
    var state = Samples.release("v3.2.0+cuda-ubi9")
    let tooLong = UInt64(1) << 30
    state.artifacts[0].documents[2] = DocumentState(
      kind: .dependencyGraph, byteCount: tooLong, sha256: SHA256.hash([1].span),
      bytes: .pieces {
        Issue.record("it was read")
        return LargeText(0)
      })
    source.put(state)
    source.put(Samples.release("v3.3.0+cuda-ubi9"))
    let summary = try target.export(source)
    #expect(summary.outcome == .partial && summary.openIssues == 1 && summary.artifacts == 4)
    let issue = try target.rows("export_issues", ["artifact_key", "column_name", "message"])[0]
    #expect(issue[0] == "3.2.0+cuda-ubi9-aarch64" && issue[1] == "dependency_graph")
    #expect((issue[2] ?? "").contains("\(tooLong) bytes") && (issue[2] ?? "").contains("less than 1 GB"))
    let row = try target.rows(
      "artifacts", ["artifact_key", "constraints_file", "dependency_graph_bytes", "dependency_graph"])
    #expect(
      row[0][1] != nil && row[0][2] == "\(tooLong)" && row[0][3] == nil && row.dropFirst().allSatisfy { $0[3] != nil })
    #expect(try target.verify(source, readsData: false).isEqual)
  }

  @Test("documents that a row cannot hold together lose the last, not the row")
  func boundsRows() {
    var state = Samples.release("v3.2.0+cuda-ubi9").artifacts[0]
    for index in 1...2 { state.documents[index].byteCount = 600_000_000 }
    let row = PostgresRow(.artifacts, RowValues.artifact(state, storeID: "s"))
    #expect(row.refused.map(\.column) == ["dependency_graph"] && !row.isOmitted)
    #expect(row.documents.map(\.kind) == [.constraintsFile, .buildSequenceSummary])
  }

  @Test("package rows too long for an index are left out by the piece")
  func leavesOutRows() throws {
    let target = try TestTarget(.postgresJSON)
    let source = MemorySource()
    var generator = Generator(state: 11)
    func noise(_ count: Int) -> String {
      (0..<count).map { _ in String(UInt64.random(in: 0..<36, using: &generator), radix: 36) }.joined()
    }
    // The artifact's own index entry fits; with a name and a version of 512 bytes each it does not.
    var state = Samples.release(Text("v3.2.0+" + noise(1800)), arches: ["x86_64"])
    var rows = PackageListBuilder()
    for number in 0..<40 {
      let isLong = number % 13 == 5
      let name = Array((isLong ? noise(512) : "short-\(number)").utf8)
      try rows.add(name: name.span, version: Array((isLong ? noise(512) : "1").utf8).span)
    }
    state.artifacts[0].packages = try rows.finish()
    source.put(state)
    source.put(Samples.release("v3.3.0+cuda-ubi9"))
    let summary = try target.export(source)
    #expect(summary.outcome == .partial && summary.openIssues == 1 && summary.artifacts == 3)
    #expect(try target.count("artifact_packages") == 37 + 8)
    let issue = try target.rows("export_issues", ["column_name", "code", "message"])[0]
    #expect(
      issue[0] == "artifact_packages.name" && issue[1] == "54000" && (issue[2] ?? "").hasPrefix("3 rows are refused"))
    let found = try target.verify(source)
    #expect(found.isEqual && found.setAside == 1, "\(found.differences)")
  }

  @Test("SQLite and JSON lines keep a NUL", arguments: [TargetKind.sqlite, .ndjson])
  func keepsNUL(_ kind: TargetKind) throws {
    let target = try TestTarget(kind)
    let source = MemorySource()
    source.put(Samples.release("v3.2.0+cu\u{0}da", description: "a\u{0}b"))
    #expect(try target.export(source).outcome == .complete)
    #expect(try target.rows("releases", ["tag", "description"]) == [["v3.2.0+cu\u{0}da", "a\u{0}b"]])
    #expect(try target.verify(source).isEqual)
  }
}

/// Numbers by chance that are the same in every run (xorshift).
struct Generator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state
  }
}
