import Digest
import TestSupport
import Testing
import Threads
import WheelModel

@testable import Collector

/// What is wrong with an asset, by code; nothing of it stays behind.
@Suite struct AssetFailureTests {
  static let good = asset([
    (graphPath, "{\"a==1\":[]}"), (summaryPath, "[]"), (constraintsPath, "a==1"), (requirementsPath, "a"),
  ])

  static let content: [(String, String, FailureCode)] = [
    (graphPath, "", .json), (graphPath, "[]", .json), (graphPath, "{} ,", .json),
    (graphPath, "{\"a\":{\"version\":1}}", .json),
    (graphPath, "{\"\\ud800\":[]}", .badName), (summaryPath, "", .json), (summaryPath, "{}", .json),
    (summaryPath, "[1]", .json),
    (summaryPath, "[{},]", .json), (graphPath, "{\"" + String(repeating: "a", count: 513) + "\":[]}", .badName),
  ]

  @Test(arguments: content) func ofContent(_ path: String, _ text: String, _ code: FailureCode) throws {
    let rig = AssetRig()
    let failure = try rig.failure(asset([("x/" + path, text)]))
    #expect(failure?.code == code)
    #expect(failure?.member == path)
    #expect(rig.budget.reserved == 0)
  }

  @Test func ofEncoding() throws {
    for path in [constraintsPath, requirementsPath] {
      var tar = TarWriter()
      tar.add(path, [0x61, 0xff])
      #expect(try AssetRig().failure(tar.gzipped())?.code == .encoding)
    }
    for (path, bytes) in [(graphPath, Array("{\"?\":1}".utf8)), (summaryPath, Array("[{\"?\":1}]".utf8))] {
      var tar = TarWriter()
      tar.add(path, bytes.map { $0 == 0x3f ? 0xff : $0 })
      #expect(try AssetRig().failure(tar.gzipped())?.code == .json)
    }
  }

  @Test func ofTheGzipLayer() throws {
    let rig = AssetRig()
    #expect(try rig.failure([])?.code == .gzip)
    #expect(try rig.failure(Array("<html>not found</html>".utf8))?.code == .gzip)
    #expect(try rig.failure(Gzip.compress([]))?.code == .tar)
    #expect(try rig.failure(Self.good + [1])?.code == .gzip)
    for (index, piece) in [1, 7, 65_536].enumerated() {
      for offset in [Self.good.count - 1, Self.good.count - 5, Self.good.count - 8] {
        var wrong = Self.good
        wrong[offset] ^= UInt8(1 << index)
        #expect(try rig.failure(wrong, piece: piece)?.code == .gzip)
      }
    }
    #expect(rig.budget.reserved == 0)
  }

  @Test func everyCut() throws {
    let rig = AssetRig()
    for count in 0..<Self.good.count {
      let failure = try rig.failure(Array(Self.good[..<count]))
      #expect(failure?.code == .gzip, "cut at \(count)")
      #expect(failure?.isPermanent == true)
    }
    #expect(try rig.failure(Self.good) == nil)
  }

  @Test func everyCutOfTheTar() throws {
    var tar = TarWriter()
    tar.add(graphPath, text: "{\"a==1\":[]}")
    let bytes = tar.finished()
    for count in 1..<1024 {
      let failure = try AssetRig().failure(Gzip.compress(Array(bytes[..<count])))
      #expect(failure?.code == .tar, "cut at \(count)")
    }
  }

  @Test func everyDamagedHeaderByte() throws {
    var tar = TarWriter()
    tar.add(graphPath, text: "{\"a==1\":[]}")
    tar.add(constraintsPath, text: "a==1")
    let bytes = tar.finished()
    let rig = AssetRig()
    var refused = 0
    for offset in 0..<512 {
      var damaged = bytes
      damaged[offset] ^= UInt8(1 << (offset % 8))
      // Whatever it becomes, it ends in a content or a failure, and nothing stays reserved.
      if try rig.failure(Gzip.compress(damaged)) != nil { refused += 1 }
      #expect(rig.budget.reserved == 0)
    }
    #expect(refused > 400)
  }

  @Test func ofLimits() throws {
    var limits = CollectLimits()
    limits.assetBytes = Self.good.count
    #expect(try AssetRig(limits: limits).failure(Self.good) == nil)
    limits.assetBytes -= 1
    #expect(try AssetRig(limits: limits).failure(Self.good)?.code == .limit)
    limits = CollectLimits()
    limits.inflatedBytes = 2048
    #expect(try AssetRig(limits: limits).failure(Self.good)?.code == .limit)
    limits = CollectLimits()
    limits.members = 3
    #expect(try AssetRig(limits: limits).failure(Self.good)?.code == .limit)
    limits = CollectLimits()
    limits.textBytes = 4
    #expect(try AssetRig(limits: limits).failure(Self.good) == nil)
    limits.textBytes = 3
    #expect(try AssetRig(limits: limits).failure(Self.good)?.member == constraintsPath)
    limits = CollectLimits()
    limits.memberBytes = 11
    #expect(try AssetRig(limits: limits).failure(Self.good) == nil)
    limits.memberBytes = 10
    #expect(try AssetRig(limits: limits).failure(Self.good)?.member == graphPath)
    var long = TarWriter()
    long.add(String(repeating: "x", count: 3000) + "/" + graphPath, text: "{}")
    limits = CollectLimits()
    #expect(try AssetRig(limits: limits).failure(long.gzipped()) == nil)
    limits.headerBytes = 2000
    #expect(try AssetRig(limits: limits).failure(long.gzipped())?.code == .limit)
  }

  @Test func ofTheSourcePassesThrough() throws {
    struct Broken: Error {}
    let rig = AssetRig()
    var pieces = 0
    #expect(throws: Broken.self) {
      try rig.reader.read { buffer in
        pieces += 1
        guard pieces < 3 else { throw Broken() }
        buffer = Array(Self.good[(pieces - 1) * 50..<pieces * 50])
        return 50
      }
    }
    #expect(rig.budget.reserved == 0)
  }

  @Test func saysWhatFailedInOneLine() throws {
    let failure = try AssetRig().failure(asset([("x/" + graphPath, "{\n\"a\": tru}")]))
    #expect(
      failure?.description == "release/outputs/graph.json: unexpected byte at line 2, column 9 (byte 10) (E_JSON)")
  }
}
