import Digest
import JSONScan
import Testing
import Threads
import WheelModel

@testable import Exporter

/// What every target must hold, run over all of them.
@Suite(.serialized) struct SinkConformanceTests {
  @Test("a new target gets every row, named and typed as the domain says", arguments: TargetKind.allCases)
  func writesEverything(_ kind: TargetKind) throws {
    let target = try TestTarget(kind)
    let source = MemorySource()
    source.put(Samples.release("v3.2.0+cuda-ubi9"))
    source.put(Samples.release("v3.3.0+cuda-ubi9", arches: ["x86_64"]))
    source.put(Samples.release("v1.0+cpu", in: Samples.other))
    let summary = try target.export(source)
    #expect(summary.outcome == .complete)
    #expect(summary.releases == 3 && summary.artifacts == 5 && summary.packageRows == 20 && summary.openIssues == 0)
    #expect(summary.watermarks == ["rhai": 3, "other": 3])
    for table in Table.all.prefix(4) {
      let columns = table.columns.filter { $0.type != .document }.map(\.name)
      #expect(try target.rows(table.name, columns) == Expected.rows(table.name, columns, source.states, source.storeID))
    }
    #expect(try target.verify(source).isEqual)
  }

  @Test("documents keep their bytes", arguments: [TargetKind.postgresJSON, .postgresText, .sqlite])
  func keepsBytes(_ kind: TargetKind) throws {
    let target = try TestTarget(kind)
    let source = MemorySource()
    source.put(Samples.release("v3.2.0+cuda-ubi9", arches: ["x86_64"]))
    try target.export(source)
    let graph = String(decoding: Samples.graph(numpy: "2.1.0"), as: UTF8.self)
    #expect(try target.rows("artifacts", ["dependency_graph"]) == [[graph]])
  }

  @Test("JSON lines carry documents without white space and else byte for byte")
  func compactsDocuments() throws {
    let target = try TestTarget(.ndjson)
    let source = MemorySource()
    source.put(Samples.release("v3.2.0+cuda-ubi9", arches: ["x86_64"]))
    try target.export(source)
    let graph =
      #"{"":{"canonicalized_name":"","version":"0","edges":[]},"numpy==2.1.0":{"canonicalized_name":"numpy","#
      + #""version":"2.1.0","note":"a  b\u00e9 \"quoted\" {x}","edges":[]}}"#
    #expect(try target.rows("artifacts", ["dependency_graph"]) == [[graph]])
  }

  @Test("running again writes nothing", arguments: TargetKind.allCases)
  func writesNothingTwice(_ kind: TargetKind) throws {
    let target = try TestTarget(kind)
    let source = MemorySource()
    source.put(Samples.release("v3.2.0+cuda-ubi9"))
    source.put(Samples.release("v1.0+cpu", in: Samples.other))
    try target.export(source)
    let before = try target.fingerprint()
    let again = try target.export(source)
    #expect(again.outcome == .complete && again.releases == 0 && again.batches == 0)
    #expect(try target.fingerprint() == before)
    source.put(Samples.release("v3.3.0+cuda-ubi9"))
    #expect(try target.export(source).releases == 1)
    #expect(try target.fingerprint() != before)
  }

  @Test("a changed release replaces everything it had", arguments: TargetKind.allCases)
  func replaces(_ kind: TargetKind) throws {
    let target = try TestTarget(kind)
    let source = MemorySource()
    source.put(Samples.release("v3.2.0+cuda-ubi9", arches: ["aarch64", "s390x", "x86_64"]))
    source.put(Samples.release("v3.3.0+cuda-ubi9"))
    try target.export(source)
    source.put(Samples.release("v3.2.0+cuda-ubi9", arches: ["ppc64le", "x86_64"], numpy: "2.2.0"))
    #expect(try target.export(source).releases == 1)
    let keys = try target.rows("artifacts", ["artifact_key"]).map { $0[0] }
    #expect(
      keys == [
        "3.2.0+cuda-ubi9-ppc64le", "3.2.0+cuda-ubi9-x86_64", "3.3.0+cuda-ubi9-aarch64", "3.3.0+cuda-ubi9-x86_64",
      ])
    #expect(try target.count("drops") == 4)
    #expect(try target.count("artifact_packages") == 16)
    #expect(try target.verify(source).isEqual)
  }

  @Test("entries that a later one made void are skipped", arguments: TargetKind.allCases)
  func skipsSuperseded(_ kind: TargetKind) throws {
    let target = try TestTarget(kind)
    let source = MemorySource()
    for version in ["1", "2", "3"] { source.put(Samples.release("v3.2.0+cuda-ubi9", numpy: version)) }
    let summary = try target.export(source)
    #expect(summary.superseded == 2 && summary.releases == 1)
    #expect(summary.watermarks["rhai"] == 3)
    #expect(try target.verify(source).isEqual)
  }

  @Test("an artifact key can pass from one release to another", arguments: TargetKind.allCases, [1, 16])
  func passesKeys(_ kind: TargetKind, batch: Int) throws {
    let target = try TestTarget(kind)
    let source = MemorySource()
    source.put(Samples.release("v3.2.0+cuda-ubi9", arches: ["aarch64", "x86_64"]))
    try target.export(source)
    // The tag without its "v" gives the same keys: the first release loses one, the second gets it.
    source.put(Samples.release("v3.2.0+cuda-ubi9", arches: ["aarch64"]))
    source.put(Samples.release("3.2.0+cuda-ubi9", arches: ["x86_64"], numpy: "7"))
    try target.export(source) { $0.batchReleases = batch }
    #expect(
      try target.rows("artifacts", ["artifact_key", "tag"]).map { $0[1] } == ["v3.2.0+cuda-ubi9", "3.2.0+cuda-ubi9"])
    #expect(try target.count("artifact_packages") == 8 && target.count("drops") == 2)
    #expect(try target.verify(source).isEqual)
  }

  @Test("a withdrawn release is marked, also in a late target", arguments: TargetKind.allCases)
  func marksWithdrawn(_ kind: TargetKind) throws {
    let source = MemorySource()
    source.put(Samples.release("v3.2.0+cuda-ubi9"))
    let early = try TestTarget(kind)
    try early.export(source)
    source.withdraw(ReleaseKey(Samples.cuda, tag: "v3.2.0+cuda-ubi9"))
    let late = try TestTarget(kind)
    for target in [early, late] {
      try target.export(source)
      #expect(try target.rows("releases", ["withdrawn_at"]) == [["2026-09-21T14:13:20.123Z"]])
      #expect(try target.rows("artifacts", ["withdrawn_at"]).allSatisfy { $0 == ["2026-09-21T14:13:20.123Z"] })
      #expect(try target.verify(source).isEqual)
    }
  }

  @Test("with --delete-withdrawn a withdrawn release goes, or never comes", arguments: TargetKind.allCases)
  func deletesWithdrawn(_ kind: TargetKind) throws {
    let source = MemorySource()
    source.put(Samples.release("v3.2.0+cuda-ubi9"))
    source.put(Samples.release("v3.3.0+cuda-ubi9"))
    let early = try TestTarget(kind)
    try early.export(source)
    source.withdraw(ReleaseKey(Samples.cuda, tag: "v3.2.0+cuda-ubi9"))
    let late = try TestTarget(kind)
    for target in [early, late] {
      let summary = try target.export(source) { $0.deleteWithdrawn = true }
      #expect(summary.deletedReleases == 1)
      #expect(try target.rows("releases", ["tag"]) == [["v3.3.0+cuda-ubi9"]])
      #expect(
        try target.count("artifacts") == 2 && target.count("drops") == 2 && target.count("artifact_packages") == 8)
      #expect(try target.verify(source) { $0.deleteWithdrawn = true }.isEqual)
    }
  }

  @Test("--delete-withdrawn removes what was withdrawn before it was given", arguments: TargetKind.allCases)
  func deletesLate(_ kind: TargetKind) throws {
    let target = try TestTarget(kind)
    let source = MemorySource()
    source.put(Samples.release("v3.2.0+cuda-ubi9"))
    source.put(Samples.release("v3.3.0+cuda-ubi9"))
    source.put(Samples.release("v1.0+cpu", in: Samples.other))
    source.withdraw(ReleaseKey(Samples.cuda, tag: "v3.2.0+cuda-ubi9"))
    try target.export(source)
    #expect(try !target.verify(source) { $0.deleteWithdrawn = true }.isEqual)
    #expect(
      try target.export(source) {
        $0.deleteWithdrawn = true
        $0.dryRun = true
      }.deletedReleases == 1)
    let summary = try target.export(source) { $0.deleteWithdrawn = true }
    #expect(summary.outcome == .complete && summary.deletedReleases == 1 && summary.releases == 0)
    #expect(try target.rows("releases", ["tag"]) == [["v1.0+cpu"], ["v3.3.0+cuda-ubi9"]])
    #expect(try target.count("artifacts") == 4 && target.count("drops") == 4 && target.count("artifact_packages") == 16)
    #expect(try target.verify(source) { $0.deleteWithdrawn = true }.isEqual)
    // A repair with the option leaves it so, and nothing is done twice.
    let before = try target.fingerprint()
    for repair in [false, true] {
      let again = try target.export(source) {
        $0.deleteWithdrawn = true
        $0.repair = repair
      }
      #expect(again.batches == 0 && again.deletedReleases == 0)
    }
    #expect(try target.fingerprint() == before)
    // One that is withdrawn after the export goes with the next one, and is no difference until then.
    source.withdraw(ReleaseKey(Samples.cuda, tag: "v3.3.0+cuda-ubi9"))
    #expect(try target.verify(source) { $0.deleteWithdrawn = true }.isEqual)
  }

  @Test("a late deletion moves from the watermark that was read, or not at all", arguments: TargetKind.allCases)
  func deletesLateOnce(_ kind: TargetKind) throws {
    let target = try TestTarget(kind)
    let source = MemorySource()
    source.put(Samples.release("v3.2.0+cuda-ubi9"))
    try target.export(source)
    let sink = try target.sink(of: source)
    try sink.open()
    defer { sink.close() }
    let chain = try #require(try source.chain(at: 1))
    let mark = Watermark(sequence: 7, chain: chain)
    let key = ReleaseKey(Samples.cuda, tag: "v3.2.0+cuda-ubi9")
    let plan = BatchPlan(
      releases: [PlannedRelease(key: key, sequence: 1, artifactKeys: [], rawBytes: 0, isDeletion: true)],
      moves: [WatermarkMove(product: "rhai", from: mark, to: mark)])
    let error = #expect(throws: ExportError.self) { try sink.begin(plan) }
    #expect(error?.code == .moved)
    sink.abandon()
    #expect(try target.count("releases") == 1)
  }

  @Test("a chosen product moves only its own watermark", arguments: TargetKind.allCases)
  func choosesProducts(_ kind: TargetKind) throws {
    let target = try TestTarget(kind)
    let source = MemorySource()
    source.put(Samples.release("v3.2.0+cuda-ubi9"))
    source.put(Samples.release("v1.0+cpu", in: Samples.other))
    let first = try target.export(source) { $0.products = ["other"] }
    #expect(first.releases == 1 && first.watermarks == ["other": 2])
    #expect(try target.rows("releases", ["product_key"]) == [["other"]])
    let status = try target.status(source)
    #expect(status.products.map(\.sequence) == [2, 0] && status.products.map(\.pendingReleases) == [0, 1])
    let second = try target.export(source)
    #expect(second.releases == 1 && second.watermarks == ["other": 2, "rhai": 2])
    #expect(try target.status(source).isCurrent)
    #expect(throws: ExportError.self) { try target.export(source) { $0.products = ["nobody"] } }
  }

  @Test("one transaction holds a batch; broken ones leave nothing", arguments: TargetKind.allCases)
  func isAtomic(_ kind: TargetKind) throws {
    let source = MemorySource()
    for number in 1...3 { source.put(Samples.release(Text("v3.\(number).0+cuda-ubi9"))) }
    let golden = try TestTarget(kind)
    try golden.export(source)
    // Three releases of four pieces each: break before every one of them.
    for step in 0..<12 {
      let target = try TestTarget(kind)
      source.contents.withLock { $0.failsAfter = step }
      #expect(throws: MemorySource.Fault.self) { try target.export(source) { $0.batchReleases = 1 } }
      #expect(try target.count("releases") == step / 4, "broken at piece \(step)")
      #expect(try target.count("artifacts") == step / 4 * 2)
      #expect(try target.count("artifact_packages") == step / 4 * 8)
      let rest = try target.export(source) { $0.batchReleases = 1 }
      #expect(rest.outcome == .complete && rest.releases == 3 - step / 4)
      #expect(try target.verify(source).isEqual)
    }
  }

  @Test("batches end at the release and byte limits", arguments: TargetKind.allCases)
  func cutsBatches(_ kind: TargetKind) throws {
    let source = MemorySource()
    for number in 1...7 { source.put(Samples.release(Text("v3.\(number).0+cuda-ubi9"))) }
    #expect(try TestTarget(kind).export(source) { $0.batchReleases = 3 }.batches == 3)
    #expect(try TestTarget(kind).export(source) { $0.batchBytes = 1 }.batches == 7)
    #expect(try TestTarget(kind).export(source).batches == 1)
  }

  @Test("a dry run counts and writes nothing", arguments: TargetKind.allCases)
  func rehearses(_ kind: TargetKind) throws {
    let target = try TestTarget(kind)
    let source = MemorySource()
    source.put(Samples.release("v3.2.0+cuda-ubi9"))
    let first = try target.export(source) { $0.dryRun = true }
    #expect(first.isDryRun && first.releases == 1 && first.artifacts == 2 && first.outcome == .complete)
    #expect(first.packageRows == 8)
    try target.export(source)
    source.put(Samples.release("v3.3.0+cuda-ubi9"))
    let before = try target.fingerprint()
    #expect(try target.export(source) { $0.dryRun = true }.releases == 1)
    #expect(try target.fingerprint() == before)
  }

  @Test("a document larger than what is held whole arrives as it is", arguments: TargetKind.allCases)
  func streamsLargeDocuments(_ kind: TargetKind) throws {
    let target = try TestTarget(kind)
    let source = MemorySource()
    var state = Samples.release("v3.2.0+cuda-ubi9")
    state.artifacts[0].documents[2] = Samples.large(.dependencyGraph, byteCount: (8 << 20) + 12_345)
    state.artifacts[1].documents[1] = Samples.large(.buildSequenceSummary, byteCount: 9 << 20)
    source.put(state)
    #expect(try target.export(source).outcome == .complete)
    #expect(try target.verify(source).isEqual)
    // Once more, over what is there already.
    source.put(state)
    #expect(try target.export(source).outcome == .complete)
    #expect(try target.verify(source).isEqual)
  }

  @Test("a release may lose its documents and packages", arguments: TargetKind.allCases)
  func takesEmptiness(_ kind: TargetKind) throws {
    let target = try TestTarget(kind)
    let source = MemorySource()
    source.put(Samples.release("v3.2.0+cuda-ubi9"))
    try target.export(source)
    var state = Samples.release("v3.2.0+cuda-ubi9", description: nil)
    state.artifacts[0].documents.removeLast(2)
    state.artifacts[0].packages = .empty
    source.put(state)
    source.put(Samples.release("v9.0+cuda-ubi9", arches: []))
    try target.export(source)
    #expect(try target.rows("artifacts", ["package_names"]) == [["[\"numpy\",\"torch\",\"zope.interface\"]"], ["[]"]])
    #expect(try target.verify(source).isEqual)
  }
}

/// The rows as DOMAIN maps them, written down a second time.
enum Expected {
  static func rows(
    _ table: String, _ columns: [String], _ states: [ReleaseState], _ storeID: String
  ) -> [[String?]] {
    let rows: [[String: String]] =
      switch table {
      case "releases": states.map { release($0.release, storeID) }
      case "artifacts": states.flatMap { $0.artifacts.map { artifact($0, storeID) } }
      case "drops": states.flatMap { $0.drops.map(drop) }
      default: states.flatMap { $0.artifacts.flatMap(packages) }
      }
    return rows.map { row in columns.map { row[$0] } }
      .sorted { $0.map { $0 ?? "" }.lexicographicallyPrecedes($1.map { $0 ?? "" }) }
  }

  private static func list(_ texts: [Text]) -> String {
    "[" + texts.map { "\"" + $0.string + "\"" }.joined(separator: ",") + "]"
  }

  private static func release(_ release: Release, _ storeID: String) -> [String: String] {
    var row = [
      "product_key": release.key.repository.product.string, "repository_key": release.key.repository.repository.string,
      "tag": release.key.tag.string, "created_at": release.createdAt.rfc3339, "commit": release.commit.string,
      "complete": release.complete ? "1" : "0", "sequence": "\(release.sequence)",
      "collected_at": release.collectedAt.rfc3339, "artifact_keys": list(release.artifactKeys), "store_id": storeID,
    ]
    row["name"] = release.name
    row["description"] = release.description
    row["released_at"] = release.releasedAt?.rfc3339
    row["withdrawn_at"] = release.withdrawnAt?.rfc3339
    return row
  }

  private static func artifact(_ state: ArtifactState, _ storeID: String) -> [String: String] {
    let artifact = state.artifact
    var row = [
      "product_key": artifact.id.repository.product.string,
      "repository_key": artifact.id.repository.repository.string, "artifact_key": artifact.id.key.string,
      "tag": artifact.tag.string, "commit": artifact.commit.string, "type": "wheels-collection", "environments": "[]",
      "arch": artifact.arch.string, "archs": list([artifact.arch]), "variant": artifact.variant.string,
      "raw_variant": artifact.rawVariant.string, "created_at": artifact.createdAt.rfc3339,
      "package_names": "[\"numpy\",\"torch\",\"zope.interface\"]",
      "drop_keys": list([Text(artifact.id.repository.product.string + "-" + artifact.id.key.string)]),
      "asset_name": artifact.asset.name.string, "asset_url": artifact.asset.url,
      "asset_size": "\(artifact.asset.size)", "asset_sha256": artifact.asset.sha256.hex,
      "sequence": "\(state.sequence)", "collected_at": state.collectedAt.rfc3339, "store_id": storeID,
    ]
    row["series"] = artifact.series?.string
    for document in state.documents {
      row[document.kind.name + "_bytes"] = "\(document.byteCount)"
      row[document.kind.name + "_sha256"] = document.sha256.hex
    }
    return row
  }

  private static func drop(_ drop: Drop) -> [String: String] {
    var row = [
      "product_key": drop.product.string, "drop_key": drop.key.string, "name": drop.name.string,
      "created_at": drop.createdAt.rfc3339,
    ]
    row["product_version"] = drop.productVersion?.string
    return row
  }

  private static func packages(_ state: ArtifactState) -> [[String: String]] {
    var rows: [[String: String]] = []
    let id = state.artifact.id
    state.packages.forEach { name, version in
      var (nameBytes, versionBytes): ([UInt8], [UInt8]) = ([], [])
      nameBytes.append(copying: name)
      versionBytes.append(copying: version)
      rows.append([
        "product_key": id.repository.product.string, "repository_key": id.repository.repository.string,
        "artifact_key": id.key.string, "name": String(decoding: nameBytes, as: UTF8.self),
        "version": String(decoding: versionBytes, as: UTF8.self),
      ])
    }
    return rows
  }
}
