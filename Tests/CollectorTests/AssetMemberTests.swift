import TestSupport
import Testing
import WheelModel

@testable import Collector

/// Which members of an asset are read, and which reject it.
@Suite struct AssetMemberTests {
  @Test(arguments: [
    graphPath, "./release/outputs/graph.json", "wheels-1.0/release/outputs/graph.json",
    "a/b/c/./release/outputs/graph.json",
    "a//release//outputs/graph.json", "release/outputs/graph.json/.", "release/outputs/graph.json/.//./.",
    ".../release/outputs/graph.json", "é/release/outputs/graph.json",
    String(repeating: "long/", count: 40) + graphPath,
  ]) func reads(_ path: String) throws {
    let rig = AssetRig()
    let content = try rig.read(asset([(path, "{\"a==1\":[]}")]))
    #expect(rig.text(content, .dependencyGraph) == "{\"a==1\":[]}")
  }

  @Test(arguments: [
    "release/inputs/constraints.txt", "release/outputs/build-order.json", "release/outputs/build-sequence-summary.md",
    "release/outputs/merged-constraints.txt", "release/outputs/old-graph.json", "xrelease/outputs/graph.json",
    "release/outputs/graph.json.bak", "release/outputs/graph.json.", "release/outputs/.", ".",
    "release/outputs/graph.json/x", "outputs/graph.json", "graph.json",
    "Release/outputs/graph.json",
    "release/inputs/graph.json", "release/outputs/requirements.txt", "release/outputs/../graph.json",
    "release\\outputs\\graph.json",
    "release/x/outputs/graph.json", "../x", "/etc/passwd", "release/outputs/../../release/outputs/graph.jsonx",
  ]) func skips(_ path: String) throws {
    var tar = TarWriter()
    tar.add(path, text: "not { json")
    tar.add(path + "-link", kind: .symbolicLink("/etc/passwd"))
    #expect(try AssetRig().failure(tar.gzipped())?.code == .noMembers)
    tar.add(requirementsPath, text: "a")
    let content = try AssetRig().read(tar.gzipped())
    #expect(Set(content.documents.keys) == [.constraintsFile])
  }

  @Test(arguments: [
    "/release/outputs/graph.json", "../release/outputs/graph.json", "a/../release/outputs/graph.json",
    "//release/outputs/graph.json",
    "a/../../release/outputs/graph.json",
  ]) func refusesPathsThatLeaveTheArchive(_ path: String) throws {
    let failure = try AssetRig().failure(asset([(path, "{}")]))
    #expect(failure?.code == .member)
    #expect(failure?.member == graphPath)
    #expect(failure?.isPermanent == true)
  }

  @Test func refusesAWantedMemberThatIsNoFile() throws {
    let kinds: [TarWriter.Kind] = [
      .symbolicLink("/etc/passwd"), .hardLink("release/outputs/other.json"), .directory, .other(UInt8(ascii: "3")),
      .other(UInt8(ascii: "4")), .other(UInt8(ascii: "6")), .other(UInt8(ascii: "V")),
    ]
    for path in [graphPath, summaryPath, constraintsPath, requirementsPath] {
      for kind in kinds {
        var tar = TarWriter()
        tar.add("x/" + path, kind: kind)
        let failure = try AssetRig().failure(tar.gzipped())
        #expect(failure?.code == .member, "\(path) \(kind)")
        #expect(failure?.member == path)
      }
    }
  }

  @Test func refusesAWantedMemberThatIsThereTwice() throws {
    for path in [graphPath, summaryPath, constraintsPath, requirementsPath] {
      let text = path == summaryPath ? "[]" : "{}"
      for second in [path, "./" + path, "elsewhere/" + path] {
        #expect(try AssetRig().failure(asset([(path, text), ("other", ""), (second, text)]))?.code == .member)
      }
    }
  }

  @Test func readsMembersInAnyOrder() throws {
    let members = [
      (graphPath, "{\"b==2\":[],\"a==1\":[]}"), (summaryPath, "[ {\"download_url\": 1} ]"), (constraintsPath, "a==1"),
      (requirementsPath, "A"), ("release/", ""), ("log", "x"),
    ]
    var expected: [DocumentKind: String] = [:]
    for shift in members.indices {
      let rig = AssetRig()
      let content = try rig.read(asset(Array(members[shift...] + members[..<shift])))
      let texts = Dictionary(uniqueKeysWithValues: DocumentKind.allCases.map { ($0, rig.text(content, $0) ?? "") })
      if expected.isEmpty { expected = texts }
      #expect(texts == expected)
      #expect(content.packages.names == ["a", "b"])
    }
    #expect(
      expected == [
        .dependencyGraph: members[0].1, .buildSequenceSummary: "[{}]",
        .constraintsFile: #"{"main":["A==1"],"all":["a==1"]}"#,
      ])
  }

  @Test func takesWhatIsThere() throws {
    let rig = AssetRig()
    let empty = try rig.read(asset([(requirementsPath, "")]))
    #expect(rig.text(empty, .constraintsFile) == #"{"main":[],"all":[]}"#)
    #expect(Set(empty.documents.keys) == [.constraintsFile])
    let onlyGraph = try rig.read(asset([(graphPath, "{}")]))
    #expect(Set(onlyGraph.documents.keys) == [.constraintsFile, .dependencyGraph])
    #expect(onlyGraph.packages == .empty)
    #expect(try rig.failure(asset([]))?.code == .noMembers)
    #expect(try rig.failure(asset([("a", "b")]))?.member == nil)
  }
}
