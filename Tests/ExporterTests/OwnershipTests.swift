import Testing
import Threads
import WheelModel

@testable import Exporter

/// Several stores, restored stores, and stores made anew, at one target.
@Suite(.serialized) struct OwnershipTests {
  static let secondID = "22222222-2222-4222-8222-222222222222"
  static let databases: [TargetKind] = [.postgresJSON, .sqlite]

  @Test("stores with different repositories share a database", arguments: databases)
  func shares(_ kind: TargetKind) throws {
    let target = try TestTarget(kind)
    let (first, second) = (MemorySource(), MemorySource(storeID: Self.secondID))
    first.put(Samples.release("v3.2.0+cuda-ubi9"))
    second.put(Samples.release("v3.2.0+cpu-ubi9", in: Samples.cpu))
    second.put(Samples.release("v1.0+cpu", in: Samples.other))
    #expect(try target.export(first).outcome == .complete)
    #expect(try target.export(second).outcome == .complete)
    #expect(try target.verify(first).isEqual)
    #expect(try target.verify(second).isEqual)
    #expect(try target.count("watermarks") == 3)
  }

  @Test("a repository of another store is refused, naming both", arguments: TargetKind.allCases)
  func refuses(_ kind: TargetKind) throws {
    let target = try TestTarget(kind)
    let (first, second) = (MemorySource(), MemorySource(storeID: Self.secondID))
    first.put(Samples.release("v3.2.0+cuda-ubi9"))
    second.put(Samples.release("v3.3.0+cuda-ubi9"))
    try target.export(first)
    let before = try target.fingerprint()
    guard case .failed(let error) = try target.export(second).outcome else {
      Issue.record("not refused")
      return
    }
    #expect(error.code == .owner && error.kind == .targetFailed)
    #expect(error.cause.contains(first.storeID) && error.cause.contains(second.storeID))
    #expect(try target.fingerprint() == before)
    #expect(try target.status(second).foreignRepositories == [Samples.cuda: first.storeID])
  }

  @Test("--take-over changes the owner and leaves what the new store has", arguments: TargetKind.allCases)
  func takesOver(_ kind: TargetKind) throws {
    let target = try TestTarget(kind)
    let (first, second) = (MemorySource(), MemorySource(storeID: Self.secondID))
    first.put(Samples.release("v3.2.0+cuda-ubi9"))
    first.put(Samples.release("v3.3.0+cuda-ubi9"))
    try target.export(first)
    second.put(Samples.release("v3.3.0+cuda-ubi9", arches: ["x86_64"], numpy: "5"))
    let summary = try target.export(second) { $0.takeOver = true }
    #expect(summary.outcome == .complete && summary.releases == 1)
    #expect(try target.rows("releases", ["tag", "store_id"]) == [["v3.3.0+cuda-ubi9", second.storeID]])
    #expect(try target.count("artifacts") == 1 && target.count("artifact_packages") == 4 && target.count("drops") == 1)
    #expect(try target.verify(second).isEqual)
    #expect(try target.export(second).batches == 0)
    guard case .failed(let error) = try target.export(first).outcome else {
      Issue.record("the old owner still writes")
      return
    }
    #expect(error.code == .owner)
  }

  @Test("a take-over that broke off is finished by the next export", arguments: databases)
  func finishesTakeOver(_ kind: TargetKind) throws {
    let target = try TestTarget(kind)
    let (first, second) = (MemorySource(), MemorySource(storeID: Self.secondID))
    for number in 1...3 { first.put(Samples.release(Text("v3.\(number).0+cuda-ubi9"))) }
    try target.export(first)
    for number in 2...4 { second.put(Samples.release(Text("v3.\(number).0+cuda-ubi9"), numpy: "6")) }
    second.contents.withLock { $0.failsAfter = 5 }
    #expect(throws: MemorySource.Fault.self) {
      try target.export(second) { options in
        options.takeOver = true
        options.batchReleases = 1
      }
    }
    #expect(try target.export(second).outcome == .complete)
    #expect(
      try target.rows("releases", ["tag"]).map { $0[0] } == [
        "v3.2.0+cuda-ubi9", "v3.3.0+cuda-ubi9", "v3.4.0+cuda-ubi9",
      ])
    #expect(try target.verify(second).isEqual)
  }

  @Test("a store that went another way is refused, and repair brings the target back", arguments: TargetKind.allCases)
  func refusesDivergence(_ kind: TargetKind) throws {
    let target = try TestTarget(kind)
    let source = MemorySource()
    for number in 1...3 { source.put(Samples.release(Text("v3.\(number).0+cuda-ubi9"))) }
    try target.export(source)
    source.rewind(to: 2)
    source.forget(ReleaseKey(Samples.cuda, tag: "v3.3.0+cuda-ubi9"))
    let before = try target.fingerprint()
    // Behind the target, at the same number by another way, and further on by another way.
    for step in 0..<3 {
      if step > 0 { source.put(Samples.release(Text("v4.\(step).0+cuda-ubi9"), arches: ["x86_64"])) }
      guard case .failed(let error) = try target.export(source).outcome else {
        Issue.record("step \(step) was not refused")
        continue
      }
      #expect(error.code == .diverged && (error.hint ?? "").contains("--repair"))
      #expect(error.cause.contains(source.storeID))
      #expect(error.cause.contains(step == 0 ? "is ahead: at change 3" : "another change 3"))
      #expect(try target.fingerprint() == before)
    }
    #expect(try target.status(source).products.first?.isDiverged == true)
    let repaired = try target.export(source) { $0.repair = true }
    // What is equal is left alone.
    #expect(repaired.outcome == .complete && repaired.releases == 2 && repaired.deletedReleases == 1)
    #expect(try target.rows("releases", ["tag"]).count == 4)
    #expect(try target.verify(source).isEqual)
  }

  @Test("the watermark moves only from where it was read", arguments: databases)
  func comparesAndSets(_ kind: TargetKind) throws {
    let target = try TestTarget(kind)
    let source = MemorySource()
    let first = source.put(Samples.release("v3.2.0+cuda-ubi9"))
    try target.export(source)
    let sink = try target.sink(of: source)
    try sink.open()
    defer { sink.close() }
    guard let chain = try source.chain(at: first), let wrong = try source.chain(at: 0) else { return }
    let to = Watermark(sequence: 9, chain: chain)
    for from in [nil, Watermark(sequence: 0, chain: chain), Watermark(sequence: first, chain: wrong)] {
      let error = #expect(throws: ExportError.self) {
        try sink.apply(source.states, moves: [WatermarkMove(product: "rhai", from: from, to: to)])
      }
      #expect(error?.code == .moved)
    }
    #expect(try target.rows("watermarks", ["sequence"]) == [["1"]])
  }

  @Test("two exports of one store do not run at once", arguments: TargetKind.allCases)
  func locks(_ kind: TargetKind) throws {
    let target = try TestTarget(kind)
    let source = MemorySource()
    source.put(Samples.release("v3.2.0+cuda-ubi9"))
    let holder = try target.sink(of: source)
    try holder.open()
    try holder.begin(BatchPlan())
    defer { holder.close() }
    guard case .failed(let error) = try target.export(source).outcome else {
      Issue.record("not locked")
      return
    }
    #expect(error.kind == .locked && error.code == .locked)
    holder.abandon()
    holder.close()
    #expect(try target.export(source).outcome == .complete)
  }
}
