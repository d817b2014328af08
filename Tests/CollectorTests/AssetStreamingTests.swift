import Digest
import TestSupport
import Testing
import Threads
import WheelModel

@testable import Collector
@testable import SpoolStore

/// Large documents go to the store as they come; the budget is shared and given back.
@Suite struct AssetStreamingTests {
  static func graph(nodes: Int) -> String {
    "{"
      + (0..<nodes).map { "\"package-\($0)==1.\($0)\":{\"canonicalized_name\":\"package-\($0)\"}" }.joined(
        separator: ",") + "}"
  }

  static func summary(rows: Int) -> String {
    "["
      + (0..<rows).map { "{\"name\": \"package-\($0)\", \"wheel_filename\": \"/w/\($0).whl\"}" }.joined(separator: ", ")
      + "]"
  }

  static func compact(rows: Int) -> String {
    "[" + (0..<rows).map { "{\"name\":\"package-\($0)\",\"wheel_filename\":\"\($0).whl\"}" }.joined(separator: ",")
      + "]"
  }

  @Test func holdsSmallDocuments() throws {
    let rig = AssetRig()
    let graph = Self.graph(nodes: 2000)
    var content: AssetContent? = try rig.read(asset([(graphPath, graph), (summaryPath, Self.summary(rows: 2000))]))
    let read = try #require(content)
    #expect(rig.text(read, .dependencyGraph) == graph)
    #expect(rig.text(read, .buildSequenceSummary) == Self.compact(rows: 2000))
    #expect(read.sha256(of: .dependencyGraph) == SHA256.hash(Array(graph.utf8).span))
    #expect(read.rawBytes(of: .dependencyGraph) == UInt64(graph.utf8.count))
    #expect(read.packages.count == 2000)
    #expect(rig.sinks.all.isEmpty)
    #expect(read.reservedBytes == rig.budget.reserved)
    #expect(rig.budget.reserved >= graph.utf8.count)
    content = nil
  }

  @Test func givesItsShareBack() throws {
    let rig = AssetRig()
    do {
      let content = try rig.read(asset([(graphPath, Self.graph(nodes: 100))]))
      let copy = content
      #expect(rig.budget.reserved == copy.reservedBytes)
      #expect(copy.reservedBytes > 0)
    }
    #expect(rig.budget.reserved == 0)
  }

  @Test func streamsWhatIsLongerThanHeld() throws {
    var limits = CollectLimits()
    limits.heldDocumentBytes = 20_000
    let rig = AssetRig(limits: limits)
    let graph = Self.graph(nodes: 1000)
    let content = try rig.read(
      asset([(graphPath, graph), (summaryPath, Self.summary(rows: 1000)), (requirementsPath, "a")]), piece: 500)
    #expect(rig.text(content, .dependencyGraph) == graph)
    #expect(rig.text(content, .buildSequenceSummary) == Self.compact(rows: 1000))
    #expect(content.sha256(of: .dependencyGraph) == SHA256.hash(Array(graph.utf8).span))
    #expect(rig.sinks.all.map(\.isFinished) == [true, true])
    #expect(rig.sinks.all.map(\.isDiscarded) == [false, false])
    #expect(rig.sinks.all.allSatisfy { $0.longestWrite <= 65_536 })
    #expect(content.packages.count == 1000)
  }

  @Test func aDocumentOfExactlyTheLimitIsHeld() throws {
    for extra in [0, 1] {
      var limits = CollectLimits()
      let graph = Self.graph(nodes: 500)
      limits.heldDocumentBytes = graph.utf8.count - extra
      let rig = AssetRig(limits: limits)
      let content = try rig.read(asset([(graphPath, graph)]))
      #expect(rig.text(content, .dependencyGraph) == graph)
      #expect(rig.sinks.all.count == extra)
    }
  }

  @Test func aSummaryThatShrinksIsHeld() throws {
    var limits = CollectLimits()
    let compact = Self.compact(rows: 1000)
    limits.heldDocumentBytes = compact.utf8.count
    let rig = AssetRig(limits: limits)
    let content = try rig.read(asset([(summaryPath, Self.summary(rows: 1000))]))
    #expect(rig.text(content, .buildSequenceSummary) == compact)
    #expect(rig.sinks.all.isEmpty)
  }

  @Test func streamsWithoutRoomInTheBudget() throws {
    let graph = Self.graph(nodes: 1000)
    let rig = AssetRig(budget: graph.utf8.count + 30_000)
    let first = try rig.read(asset([(graphPath, graph)]))
    let second = try rig.read(asset([(graphPath, graph)]))
    #expect(rig.sinks.all.count == 1)
    #expect(rig.bytes(first, .dependencyGraph) == rig.bytes(second, .dependencyGraph))
    #expect(first.sha256(of: .dependencyGraph) == second.sha256(of: .dependencyGraph))
    #expect(rig.budget.reserved <= rig.budget.limit)
    withExtendedLifetime(first) {}
  }

  @Test func discardsWhatItStreamedWhenTheAssetIsBad() throws {
    var limits = CollectLimits()
    limits.heldDocumentBytes = 1000
    let rig = AssetRig(limits: limits)
    let members = [(summaryPath, Self.summary(rows: 100)), (graphPath, Self.graph(nodes: 1000) + ",")]
    #expect(try rig.failure(asset(members))?.code == .json)
    #expect(rig.sinks.all.map(\.isDiscarded) == [true, true])
    let late = asset([(graphPath, Self.graph(nodes: 100))])
    #expect(try rig.failure(Array(late.dropLast()))?.code == .gzip)
    #expect(rig.sinks.all.map(\.isDiscarded) == [true, true, true])
    #expect(rig.budget.reserved == 0)
  }

  @Test func streamsLongConstraints() throws {
    var limits = CollectLimits()
    limits.heldDocumentBytes = 100_000
    let rig = AssetRig(limits: limits)
    let constraints = (0..<20_000).map { "package-\($0)==1\n" }.joined()
    let content = try rig.read(asset([(constraintsPath, constraints), (requirementsPath, "package_7")]))
    let expected =
      "{\"main\":[\"package_7==1\"],\"all\":[" + (0..<20_000).map { "\"package-\($0)==1\"" }.joined(separator: ",")
      + "]}"
    #expect(rig.text(content, .constraintsFile) == expected)
    #expect(rig.sinks.all.count == 1)
  }

  @Test func readsLongTextsOneAssetAtATime() throws {
    let rig = AssetRig()
    let count = AssetReader.freeTextBytes / 64
    let long = String(repeating: "a" + String(repeating: " ", count: 62) + "\n", count: count)
    let bytes = asset([(requirementsPath, long), (constraintsPath, "a==1")])
    let results = Lock([Int]())
    let threads = (0..<3).map { _ in
      Thread {
        let count = try? rig.read(bytes).rawBytes(of: .constraintsFile)
        results.withLock { $0.append(Int(count ?? 0)) }
      }
    }
    for thread in threads { thread.join() }
    #expect(results.withLock { $0 } == [Int](repeating: 7 * count + 25, count: 3))
    #expect(try rig.failure(asset([(requirementsPath, long), (constraintsPath, "\u{0}")])) == nil)
  }

  @Test func digestsTheAssetAsItCame() throws {
    let bytes = asset([(graphPath, Self.graph(nodes: 100))]) + asset([])
    for piece in [1, 100, 1 << 20] {
      let content = try AssetRig().read(bytes, piece: piece)
      #expect(content.sha256 == SHA256.hash(bytes.span))
      #expect(content.size == UInt64(bytes.count))
    }
  }
}
