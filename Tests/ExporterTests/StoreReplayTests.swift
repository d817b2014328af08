import Digest
import SpoolStore
import TestSupport
import Testing
import Threads
import WheelModel

@testable import Exporter

/// The same, out of a real store: its log, its chains, its documents.
@Suite(.serialized) struct StoreReplayTests {
  let directory: TemporaryDirectory
  let store: Store

  init() throws {
    directory = try TemporaryDirectory()
    store = try Store.open(path: directory.file("s.store"), mode: .collect(create: true))
  }

  @discardableResult
  private func put(
    _ tag: Text, in repository: RepositoryKey = Samples.cuda, arches: [String] = ["aarch64", "x86_64"],
    numpy: String = "2.1.0", graph: [UInt8]? = nil
  ) throws -> UInt64 {
    try StoreFiller.put(
      Samples.release(tag, in: repository, arches: arches, numpy: numpy, graph: graph), into: store)
  }

  @Test("every target equals the store", arguments: TargetKind.allCases)
  func replays(_ kind: TargetKind) throws {
    let target = try TestTarget(kind)
    for number in 1...20 { try put(Text("v3.\(number).0+cuda-ubi9"), numpy: "\(number)") }
    try put("v1.0+cpu", in: Samples.other)
    try put("v3.1.0+cuda-ubi9", arches: ["x86_64"], numpy: "new")
    try store.writer.withdraw(
      [ReleaseKey(Samples.cuda, tag: "v3.2.0+cuda-ubi9")], at: Timestamp(milliseconds: 1_790_000_000_123))
    let options = target.options()
    let summary = try Exporter.run(store: store, target: target.address, options: options)
    #expect(summary.outcome == .complete && summary.releases == 21 && summary.artifacts == 41)
    #expect(summary.superseded == 2 && summary.watermarks == ["rhai": 23, "other": 23])
    let found = try Exporter.verify(store: store, target: target.address, options: options, readsData: true)
    #expect(found.isEqual && found.releases == 21 && found.pendingReleases == 0, "\(found)")
    #expect(try Exporter.verify(store: store, target: target.address, options: options, subset: (1, 3)).releases == 7)
    #expect(try Exporter.status(store: store, target: target.address, options: options).isCurrent)
    #expect(try target.rows("releases", ["withdrawn_at"]).filter { $0[0] != nil }.count == 1)
    #expect(try Exporter.run(store: store, target: target.address, options: options).batches == 0)
  }

  @Test("a drop that repositories share is as old as its oldest artifact", arguments: TargetKind.allCases)
  func sharesDrops(_ kind: TargetKind) throws {
    let target = try TestTarget(kind)
    let (new, old) = (Int64(1_780_000_000_082), Int64(1_770_000_000_000))
    func check(_ dates: [Int64]) throws {
      let options = target.options()
      #expect(try Exporter.run(store: store, target: target.address, options: options).outcome == .complete)
      let found = try Exporter.verify(store: store, target: target.address, options: options, readsData: true)
      #expect(found.isEqual, "\(found.differences)")
      let expected = dates.map { [Timestamp(milliseconds: $0).rfc3339] }
      #expect(try target.rows("drops", ["created_at"]) == expected)
    }
    func put(_ repository: RepositoryKey, arches: [String] = ["x86_64"], at date: Int64) throws {
      try StoreFiller.put(
        Samples.release("v3.1.0+cuda-ubi9", in: repository, arches: arches, at: date), into: store)
    }
    try put(Samples.cuda, at: new)
    try check([new])
    try put(Samples.cpu, at: old)
    try check([old])
    // The older one goes: the drop is as young as it was.
    try put(Samples.cpu, arches: [], at: old)
    try check([new])
    try put(Samples.cpu, at: old)
    try put(Samples.cuda, arches: [], at: new)
    try check([old])
  }

  @Test("a drop's date that comes with the next export is no difference", arguments: TargetKind.allCases)
  func awaitsDates(_ kind: TargetKind) throws {
    let target = try TestTarget(kind)
    try put("v3.1.0+cuda-ubi9")
    #expect(try Exporter.run(store: store, target: target.address, options: target.options()).outcome == .complete)
    try StoreFiller.put(Samples.release("v3.1.0+cuda-ubi9", in: Samples.cpu, at: 1_770_000_000_000), into: store)
    let found = try Exporter.verify(store: store, target: target.address, options: target.options())
    #expect(found.isEqual && found.pendingReleases == 1, "\(found.differences)")
  }

  @Test("a document kept in pieces arrives as it is", arguments: TargetKind.allCases)
  func streams(_ kind: TargetKind) throws {
    let target = try TestTarget(kind)
    let graph = Array("{\"x\":\"".utf8) + [UInt8](repeating: UInt8(ascii: "y"), count: 9 << 20) + Array("\"}".utf8)
    try put("v3.1.0+cuda-ubi9", arches: ["x86_64"], graph: graph)
    #expect(try Exporter.run(store: store, target: target.address, options: target.options()).outcome == .complete)
    #expect(try Exporter.verify(store: store, target: target.address, options: target.options()).isEqual)
  }

  @Test("a follower brings what is collected meanwhile, until asked to stop", arguments: TargetKind.allCases)
  func follows(_ kind: TargetKind) throws {
    let target = try TestTarget(kind)
    try put("v3.1.0+cuda-ubi9")
    var options = target.options()
    options.follow = true
    options.followInterval = 0.01
    let observer = Follower { count in
      if count < 4 { try self.put(Text("v3.\(count + 1).0+cuda-ubi9")) }
    }
    let summary = try Exporter.run(
      store: store, target: target.address, options: options, observer: observer,
      shouldStop: { observer.count.withLock { $0 } >= 4 })
    #expect(summary.outcome == .interrupted && summary.releases == 4)
    #expect(try Exporter.verify(store: store, target: target.address, options: target.options()).isEqual)
  }

  @Test("releases that change while they are exported are never mixed", arguments: TargetKind.allCases)
  func toleratesChanges(_ kind: TargetKind) throws {
    let target = try TestTarget(kind)
    for number in 1...12 { try put(Text("v3.\(number).0+cuda-ubi9")) }
    let isDone = Lock(false)
    let changes = Lock<(any Error)?>(nil)
    let writer = Thread { [self] in
      var round = 0
      do {
        while !isDone.withLock({ $0 }) {
          round += 1
          try put(
            Text("v3.\(round % 12 + 1).0+cuda-ubi9"), arches: round % 2 == 0 ? ["x86_64"] : ["aarch64", "s390x"],
            numpy: "\(round)")
        }
      } catch { changes.withLock { $0 = error } }
    }
    for _ in 0..<3 {
      let outcome = try Exporter.run(
        store: store, target: target.address,
        options: target.options { $0.batchReleases = 3 }
      ).outcome
      #expect(outcome == .complete)
      #expect(try Exporter.verify(store: store, target: target.address, options: target.options()).isEqual)
    }
    isDone.withLock { $0 = true }
    writer.join()
    #expect(changes.withLock { $0 == nil })
    #expect(try Exporter.run(store: store, target: target.address, options: target.options()).outcome == .complete)
    let found = try Exporter.verify(store: store, target: target.address, options: target.options())
    #expect(found.isEqual && found.pendingReleases == 0 && found.releases == 12)
  }

  @Test("a store made anew under the same path is another store")
  func tellsStoresApart() throws {
    let target = try TestTarget(.sqlite)
    try put("v3.1.0+cuda-ubi9")
    _ = try Exporter.run(store: store, target: target.address, options: target.options())
    store.close()
    try Files.remove(store.path)
    let second = try Store.open(path: store.path, mode: .collect(create: true))
    let state = Samples.release("v3.1.0+cuda-ubi9").release
    _ = try second.writer.commit(
      ReleasePut(
        key: state.key, name: nil, description: nil, createdAt: state.createdAt, releasedAt: nil, commit: state.commit,
        fingerprint: SHA256.hash([1].span), complete: true, collectedAt: state.collectedAt, artifacts: [], failures: [])
    )
    guard
      case .failed(let error) = try Exporter.run(store: second, target: target.address, options: target.options())
        .outcome
    else {
      Issue.record("not refused")
      return
    }
    #expect(error.code == .owner)
  }
}

/// Does something each time a follower has caught up.
final class Follower: ExportObserver {
  let count = Lock(0)
  private let action: (Int) throws -> Void

  init(_ action: @escaping (Int) throws -> Void) { self.action = action }

  func caughtUp(sequence: UInt64) {
    let number = count.withLock { count in
      count += 1
      return count
    }
    do { try action(number) } catch { Issue.record(error) }
  }
}
