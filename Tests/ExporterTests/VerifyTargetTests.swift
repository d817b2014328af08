import TestSupport
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

  @Test("a target that never got anything is not equal", arguments: TargetKind.allCases)
  func findsEmptiness(_ kind: TargetKind) throws {
    let target = try TestTarget(kind)
    let source = MemorySource()
    #expect(try target.verify(source).isEqual)
    source.put(Samples.release("v3.2.0+cuda-ubi9"))
    let found = try target.verify(source)
    #expect(found.differences.map(\.what) == ["nothing was exported here"] && found.pendingReleases == 1)
    // Not even when the tables are there, or the file.
    try target.export(MemorySource())
    #expect(try !target.verify(source).isEqual)
    #expect(try target.export(source) { $0.repair = true }.releases == 1)
    #expect(try target.verify(source).isEqual)
  }

  @Test("rows of another store are refused, naming both", arguments: TargetKind.allCases)
  func refusesOwners(_ kind: TargetKind) throws {
    let target = try TestTarget(kind)
    let (first, second) = (MemorySource(), MemorySource(storeID: OwnershipTests.secondID))
    first.put(Samples.release("v3.2.0+cuda-ubi9"))
    second.put(Samples.release("v3.2.0+cuda-ubi9"))
    try target.export(first)
    let error = #expect(throws: ExportError.self) { try target.verify(second) }
    #expect(error?.code == .owner && error?.kind == .targetFailed)
    #expect(error.map { $0.cause.contains(first.storeID) && $0.cause.contains(second.storeID) } == true)
    #expect(try target.verify(first).isEqual)
  }

  static let strays: [(sql: String, table: String, rows: Int)] = [
    ("INSERT INTO drops (product_key, drop_key, name) VALUES ('rhai', 'stray', 'stray')", "drops", 1),
    (
      "INSERT INTO artifact_packages VALUES ('rhai', 'wheels-cuda', 'stray', 'a', '1'), "
        + "('rhai', 'wheels-cuda', 'stray', 'b', '1')", "artifact_packages", 2
    ),
    (
      "INSERT INTO artifacts (product_key, repository_key, artifact_key, tag, sequence, store_id) "
        + "VALUES ('rhai', 'wheels-cuda', 'stray', 'gone', 1, '11111111-1111-4111-8111-111111111111')", "artifacts", 1
    ),
  ]

  @Test("rows that hang on nothing are found, and removed by a repair", arguments: [TargetKind.postgresJSON, .sqlite])
  func findsStrays(_ kind: TargetKind) throws {
    let target = try TestTarget(kind)
    let source = MemorySource()
    source.put(Samples.release("v3.2.0+cuda-ubi9"))
    try target.export(source)
    for stray in Self.strays {
      try target.run(stray.sql + ";")
      let found = try target.verify(source)
      #expect(
        found.differences == [.init(table: stray.table, key: "stray", what: "unexpected row")], "\(stray.sql): \(found)"
      )
      let repaired = try target.export(source) { $0.repair = true }
      #expect(repaired.strayRows == stray.rows && repaired.releases == 0 && repaired.deletedReleases == 0)
      #expect(try target.verify(source).isEqual)
    }
  }

  @Test("a product that lost its position is swept by a repair too", arguments: [TargetKind.postgresJSON, .sqlite])
  func sweepsUnplaced(_ kind: TargetKind) throws {
    let target = try TestTarget(kind)
    let source = MemorySource()
    source.put(Samples.release("v3.2.0+cuda-ubi9"))
    try target.export(source)
    try target.run("DELETE FROM watermarks; " + Self.strays[0].sql + ";")
    #expect(try target.verify(source).differences.count == 2)
    let repaired = try target.export(source) { $0.repair = true }
    #expect(repaired.strayRows == 1 && repaired.releases == 1)
    #expect(try target.verify(source).isEqual)
  }

  @Test("a file that is there and cannot be read is no missing one")
  func refusesUnreadableFiles() throws {
    let directory = try TemporaryDirectory()
    try Files.write("", to: directory.file("plain"))
    let source = MemorySource()
    for path in [directory.path, directory.file("plain") + "/target.db"] {
      let sink = try Exporter.makeSink(.sqlite(path: path), source.storeID, .init(), SilentExport(), { false })
      let error = #expect(throws: ExportError.self) { try sink.openForReading() }
      #expect(error?.kind == .localIO, "\(path)")
      // What was being done is said once.
      #expect(error?.cause.contains("open the database") == false)
    }
  }
}
