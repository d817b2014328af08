import Digest
import SpoolStore
import TestSupport
import Testing
import Threads
import WheelModel

@testable import Exporter

/// Targets and stores that went back in time, or were lost, beside each other.
@Suite(.serialized) struct RestoredTargetTests {
  let directory: TemporaryDirectory
  let store: Store

  init() throws {
    directory = try TemporaryDirectory()
    store = try Store.open(path: directory.file("s.store"), mode: .collect(create: true))
  }

  private func put(_ tag: Text, numpy: String = "2.1.0", into other: Store? = nil) throws {
    try StoreFiller.put(Samples.release(tag, numpy: numpy), into: other ?? store)
  }

  private func export(
    _ target: TestTarget, from other: Store? = nil, _ change: (inout ExportOptions) -> Void = { _ in }
  ) throws -> ExportSummary {
    try Exporter.run(store: other ?? store, target: target.address, options: target.options(change))
  }

  private func verify(_ target: TestTarget, _ other: Store? = nil) throws -> TargetVerification {
    try Exporter.verify(store: other ?? store, target: target.address, options: target.options(), readsData: true)
  }

  /// Closes nothing: a store is a directory, and a copy of it between commits is a backup.
  private func backup(as name: String) throws -> Store {
    let path = directory.file(name)
    try RunningProcess.check("cp", ["-r", store.path, path])
    try Files.write("", to: path + "/collector.lock")
    return try Store.open(path: path, mode: .collect(create: false))
  }

  @Test("a target restored from an older state catches up by itself", arguments: TargetKind.allCases)
  func catchesUp(_ kind: TargetKind) throws {
    let target = try TestTarget(kind)
    for number in 1...4 { try put(Text("v3.\(number).0+cuda-ubi9")) }
    #expect(try export(target).releases == 4)
    let older = try target.copy()
    try put("v3.2.0+cuda-ubi9", numpy: "new")
    try store.writer.withdraw(
      [ReleaseKey(Samples.cuda, tag: "v3.3.0+cuda-ubi9")], at: Timestamp(milliseconds: 1_790_000_000_123))
    try put("v3.5.0+cuda-ubi9")
    #expect(try export(target).releases == 3)
    let pending = try Exporter.status(store: store, target: older.address, options: older.options())
    #expect(pending.products.map(\.pendingReleases) == [3] && !pending.isCurrent)
    #expect(try export(older).releases == 3)
    for target in [target, older] { #expect(try verify(target).isEqual) }
    #expect(try older.rows("artifact_packages", ["name"]).count == 40)
  }

  @Test("a dump that is read into a new database catches up too")
  func catchesUpFromDump() throws {
    let target = try TestTarget(.postgresJSON)
    try put("v3.1.0+cuda-ubi9")
    _ = try export(target)
    let server = try PostgresServer.shared()
    let dump = try RunningProcess.check(
      "pg_dump", ["-d", server.connectionString(database: target.database ?? ""), "--schema", "wheelspool"]
    ).text
    let restored = try TestTarget(.postgresJSON)
    try server.psql(dump, database: restored.database ?? "")
    try put("v3.2.0+cuda-ubi9")
    #expect(try export(restored).releases == 1)
    #expect(try verify(restored).isEqual)
  }

  @Test(
    "a store restored from a backup is refused while it is behind, and after it went another way",
    arguments: TargetKind.allCases)
  func refusesRestoredStores(_ kind: TargetKind) throws {
    let target = try TestTarget(kind)
    for number in 1...3 { try put(Text("v3.\(number).0+cuda-ubi9")) }
    let restored = try backup(as: "backup.store")
    try put("v3.4.0+cuda-ubi9")
    _ = try export(target)
    let before = try target.fingerprint()
    for round in ["is ahead: at change 4", "holds another change 4", "holds another change 4"] {
      guard case .failed(let error) = try export(target, from: restored).outcome else {
        Issue.record("not refused")
        return
      }
      #expect(error.kind == .targetFailed && error.code == .diverged && error.cause.contains(round))
      #expect(error.cause.contains(store.id.description) && error.cause.contains(restored.id.description))
      #expect(try target.fingerprint() == before)
      #expect(throws: ExportError.self) { try verify(target, restored) }
      try put("v3.9.0+cuda-ubi9", numpy: round, into: restored)
    }
    // Repaired, the target is the restored store's: the release that only the lost one had is gone.
    #expect(try export(target, from: restored) { $0.repair = true }.outcome == .complete)
    #expect(try target.rows("releases", ["tag"]).map { $0[0]?.prefix(4) } == ["v3.1", "v3.2", "v3.3", "v3.9"])
    #expect(try verify(target, restored).isEqual)
  }

  @Test("compacting changes nothing for a target", arguments: TargetKind.allCases)
  func survivesCompact(_ kind: TargetKind) throws {
    let target = try TestTarget(kind)
    for number in 1...4 { try put(Text("v3.\(number).0+cuda-ubi9")) }
    try put("v3.1.0+cuda-ubi9", numpy: "second")
    _ = try export(target)
    let before = try target.fingerprint()
    _ = try store.compact()
    #expect(try export(target).batches == 0)
    #expect(try target.fingerprint() == before)
    try put("v3.5.0+cuda-ubi9")
    #expect(try export(target).releases == 1)
    #expect(try verify(target).isEqual)
    let late = try TestTarget(kind)
    #expect(try export(late).releases == 5)
    #expect(try verify(late).isEqual)
  }

  @Test("a target that was wiped is filled again; one that lost rows alone is repaired")
  func fillsAgain() throws {
    let target = try TestTarget(.postgresJSON)
    for number in 1...3 { try put(Text("v3.\(number).0+cuda-ubi9")) }
    _ = try export(target)
    _ = try target.psql("DROP SCHEMA wheelspool CASCADE;")
    #expect(try export(target).releases == 3)
    _ = try target.psql("TRUNCATE watermarks;")
    #expect(try export(target).releases == 3)
    #expect(try verify(target).isEqual)
    _ = try target.psql(
      "DELETE FROM artifacts WHERE tag = 'v3.2.0+cuda-ubi9'; INSERT INTO drops VALUES ('rhai', 'stray', 'stray');")
    #expect(try export(target).batches == 0)
    #expect(try !verify(target).isEqual)
    let repaired = try export(target) { $0.repair = true }
    #expect(repaired.outcome == .complete && repaired.releases == 1)
    #expect(try verify(target).isEqual && target.count("drops") == 6)
    _ = try target.psql("UPDATE watermarks SET chain = 'damaged';")
    guard case .failed(let error) = try export(target).outcome else {
      Issue.record("a damaged watermark was taken")
      return
    }
    #expect(error.code == .schema && (error.hint ?? "").contains("--repair"))
    #expect(try export(target) { $0.repair = true }.outcome == .complete)
    #expect(try verify(target).isEqual)
  }

  @Test("repair writes what differs, in every target", arguments: TargetKind.allCases.filter { $0 != .ndjson })
  func repairsDifferences(_ kind: TargetKind) throws {
    let target = try TestTarget(kind)
    for number in 1...5 { try put(Text("v3.\(number).0+cuda-ubi9")) }
    _ = try export(target)
    try target.run("UPDATE artifacts SET variant = 'wrong' WHERE tag = 'v3.2.0+cuda-ubi9';")
    try target.run("DELETE FROM artifact_packages WHERE artifact_key = '3.4.0+cuda-ubi9-x86_64' AND name = 'numpy';")
    let repaired = try export(target) { $0.repair = true }
    #expect(repaired.outcome == .complete && repaired.releases == 2)
    #expect(try verify(target).isEqual)
    #expect(try export(target) { $0.repair = true }.releases == 0)
  }

  @Test("a follower goes on after the store was compacted", arguments: [TargetKind.postgresJSON, .sqlite, .ndjson])
  func followsCompact(_ kind: TargetKind) throws {
    let target = try TestTarget(kind)
    try put("v3.1.0+cuda-ubi9")
    var options = target.options { $0.follow = true }
    options.followInterval = 0.01
    let observer = Follower { count in
      if count == 2 { _ = try self.store.compact() }
      if count < 4 { try self.put(Text("v3.\(count + 1).0+cuda-ubi9")) }
    }
    let summary = try Exporter.run(
      store: store, target: target.address, options: options, observer: observer,
      shouldStop: { observer.count.withLock { $0 } >= 4 })
    #expect(summary.outcome == .interrupted && summary.releases == 4)
    #expect(try verify(target).isEqual)
  }
}

/// Puts sample releases into real stores.
enum StoreFiller {
  @discardableResult
  static func put(_ state: ReleaseState, into store: Store) throws -> UInt64 {
    let artifacts = state.artifacts.map { artifact in
      var documents: [DocumentKind: DocumentContent] = [:]
      for document in artifact.documents {
        if case .whole(let bytes) = document.bytes { documents[document.kind] = .bytes(bytes, document.sha256) }
      }
      return ArtifactPut.new(artifact.artifact, documents: documents, packages: artifact.packages)
    }
    let release = state.release
    return try store.writer.commit(
      ReleasePut(
        key: release.key, name: release.name, description: release.description, createdAt: release.createdAt,
        releasedAt: nil, commit: release.commit, fingerprint: SHA256.hash([1].span), complete: true,
        collectedAt: release.collectedAt, artifacts: artifacts, failures: [])
    ).sequence
  }
}
