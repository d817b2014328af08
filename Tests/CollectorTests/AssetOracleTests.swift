import TestSupport
import Testing
import WheelModel

@testable import Collector

/// Compares what is made of real assets with what a second program makes of them.
@Suite struct AssetOracleTests {
  static let root = String(#filePath.dropLast("/Tests/CollectorTests/AssetOracleTests.swift".count))

  static let script = #"""
    import sys
    sys.path.insert(0, sys.argv[1] + "/tools")
    import oracle
    documents, rows = oracle.asset_content(open(sys.argv[2], "rb").read())
    for kind in sorted(documents): print(kind, documents[kind].hex())
    for name, version in rows: print("row", name.encode().hex(), version.encode().hex())
    """#

  static let assets: [String] = {
    var found: [String] = []
    for project in ["wheels-http", "wheels-multi"] {
      let directory = root + "/fixtures/" + project
      for tag in (try? Files.list(directory)) ?? [] where tag.hasPrefix("v") {
        for asset in (try? Files.list(directory + "/" + tag)) ?? [] { found.append("\(project)/\(tag)/\(asset)") }
      }
    }
    return found.sorted()
  }()

  @Test func hasRealAssets() { #expect(Self.assets.count >= 7) }

  @Test(arguments: assets) func agrees(_ asset: String) throws {
    let path = Self.root + "/fixtures/" + asset
    let answer = try RunningProcess.check("python3", ["-B", "-c", Self.script, Self.root, path]).lines
    let rig = AssetRig()
    for piece in [777, 65_536] {
      let content = try rig.read(try Files.read(path), piece: piece)
      var lines: [String] = []
      for kind in DocumentKind.allCases {
        if let bytes = rig.bytes(content, kind) { lines.append("\(kind.name) \(hex(bytes))") }
      }
      lines.sort()
      content.packages.forEach { name, version in
        lines.append("row \(hex(name.indices.map { name[$0] })) \(hex(version.indices.map { version[$0] }))")
      }
      #expect(lines == answer)
    }
  }

  private func hex(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
