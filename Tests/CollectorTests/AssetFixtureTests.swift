import TestSupport
import Testing
import WheelModel

@testable import Collector

/// Compares what is made of the unusual and of the bad assets in `fixtures/` with what a second program makes of them.
@Suite struct AssetFixtureTests {
  static let root = String(#filePath.dropLast("/Tests/CollectorTests/AssetFixtureTests.swift".count))

  static let script = #"""
    import glob, sys
    sys.path.insert(0, sys.argv[1] + "/tools")
    sys.setrecursionlimit(20000)
    import oracle
    for path in sorted(glob.glob(sys.argv[1] + "/fixtures/" + sys.argv[2] + "/*/*.tar.gz")):
        print("asset", path)
        try:
            documents, rows = oracle.asset_content(open(path, "rb").read())
        except oracle.Rejected as reason:
            print("rejected", reason.code)
            continue
        for kind in sorted(documents): print(kind, documents[kind].hex())
        for name, version in rows: print("row", name.encode().hex(), version.encode().hex())
    """#

  @Test(arguments: ["wheels-odd", "wheels-bad"]) func agrees(project: String) throws {
    let answer = try RunningProcess.check("python3", ["-B", "-c", Self.script, Self.root, project]).lines
    let starts = answer.indices.filter { answer[$0].hasPrefix("asset ") }
    #expect(starts.count > 20)
    for (number, start) in starts.enumerated() {
      let end = number + 1 < starts.count ? starts[number + 1] : answer.count
      let path = String(answer[start].dropFirst("asset ".count))
      #expect(try made(path) == Array(answer[(start + 1)..<end]), "\(path)")
    }
  }

  private func made(_ path: String) throws -> [String] {
    let rig = AssetRig()
    let content: AssetContent
    do {
      content = try rig.read(try Files.read(path), piece: 777)
    } catch let failure as AssetFailure {
      return ["rejected \(failure.code)"]
    }
    var lines: [String] = []
    for kind in DocumentKind.allCases {
      if let bytes = rig.bytes(content, kind) { lines.append("\(kind.name) \(hex(bytes))") }
    }
    lines.sort()
    content.packages.forEach { name, version in
      lines.append("row \(hex(name.indices.map { name[$0] })) \(hex(version.indices.map { version[$0] }))")
    }
    return lines
  }

  private func hex(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
