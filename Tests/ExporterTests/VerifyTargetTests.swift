import Testing
import WheelModel

@testable import Exporter

/// `verify --target` finds whatever was changed behind the exporter's back.
@Suite(.serialized) struct VerifyTargetTests {
  static let changes: [(sql: String, table: String, what: String)] = [
    ("UPDATE releases SET description = 'x' WHERE tag = 'v3.2.0+cuda-ubi9'", "releases", "description"),
    ("UPDATE releases SET description = NULL WHERE tag = 'v3.2.0+cuda-ubi9'", "releases", "description"),
    ("DELETE FROM releases WHERE tag = 'v3.3.0+cuda-ubi9'", "releases", "missing row"),
    ("UPDATE artifacts SET series = '3.9' WHERE artifact_key = '3.2.0+cuda-ubi9-x86_64'", "artifacts", "series"),
    ("DELETE FROM artifacts WHERE artifact_key = '3.2.0+cuda-ubi9-x86_64'", "artifacts", "missing row"),
    (
      "UPDATE artifacts SET dependency_graph = '{}' WHERE artifact_key = '3.2.0+cuda-ubi9-x86_64'", "artifacts",
      "dependency_graph"
    ),
    (
      "UPDATE artifacts SET dependency_graph = NULL WHERE artifact_key = '3.2.0+cuda-ubi9-x86_64'", "artifacts",
      "dependency_graph"
    ),
    (
      "UPDATE artifacts SET artifact_key = 'x' WHERE artifact_key = '3.3.0+cuda-ubi9-x86_64'", "artifacts",
      "unexpected row"
    ),
    ("DELETE FROM artifact_packages WHERE name = 'torch'", "artifact_packages", "rows"),
    ("UPDATE artifact_packages SET version = '1' WHERE name = 'torch'", "artifact_packages", "rows"),
    ("DELETE FROM drops", "drops", "missing row"),
    ("UPDATE drops SET product_version = '9'", "drops", "product_version"),
  ]

  @Test("each change is found and named", arguments: [TargetKind.postgresJSON, .postgresJSONB, .postgresText, .sqlite])
  func findsChanges(_ kind: TargetKind) throws {
    let source = MemorySource()
    source.put(Samples.release("v3.2.0+cuda-ubi9"))
    source.put(Samples.release("v3.3.0+cuda-ubi9"))
    for change in Self.changes {
      let target = try TestTarget(kind)
      try target.export(source)
      try target.run(change.sql + ";")
      let found = try target.verify(source)
      #expect(!found.isEqual, "\(change.sql)")
      #expect(
        found.differences.contains { $0.table == change.table && $0.what == change.what }, "\(change.sql): \(found)")
    }
  }

  @Test("what was not sent yet is no difference", arguments: TargetKind.allCases)
  func countsPending(_ kind: TargetKind) throws {
    let target = try TestTarget(kind)
    let source = MemorySource()
    source.put(Samples.release("v3.2.0+cuda-ubi9"))
    try target.export(source)
    source.put(Samples.release("v3.2.0+cuda-ubi9", numpy: "8"))
    source.put(Samples.release("v3.3.0+cuda-ubi9"))
    let found = try target.verify(source)
    #expect(found.isEqual && found.pendingReleases == 2 && found.releases == 0)
  }

  @Test("a release that only the target has is found", arguments: TargetKind.allCases)
  func findsStrangers(_ kind: TargetKind) throws {
    let target = try TestTarget(kind)
    let source = MemorySource()
    source.put(Samples.release("v3.2.0+cuda-ubi9"))
    source.put(Samples.release("v3.3.0+cuda-ubi9"))
    try target.export(source)
    source.forget(ReleaseKey(Samples.cuda, tag: "v3.3.0+cuda-ubi9"))
    let found = try target.verify(source)
    #expect(found.differences.map(\.what) == ["unexpected row"])
  }
}
