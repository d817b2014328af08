import TestSupport
import Testing

@Suite struct BuilderTests {
  @Test func archivesAreReadByOthers() throws {
    try TemporaryDirectory.with { directory in
      var tar = TarWriter()
      let long = String(repeating: "long/", count: 40) + "file"
      tar.add("a/", kind: .directory)
      tar.add("a/text", text: "hello\n")
      tar.add(long, text: "deep")
      tar.add("a/link", kind: .symbolicLink("text"))
      tar.addPax([("path", "named/by/pax"), ("comment", "é")])
      tar.add("short", text: "pax")
      try Files.write(tar.gzipped(), to: directory.file("t.tar.gz"))
      let names = try RunningProcess.check("tar", ["-tzf", directory.file("t.tar.gz")]).lines
      #expect(names == ["a/", "a/text", long, "a/link", "named/by/pax"])
      #expect(try RunningProcess.check("tar", ["-xOzf", directory.file("t.tar.gz"), "a/text"]).text == "hello\n")
    }
  }

  @Test func largeContentSurvivesCompression() throws {
    try TemporaryDirectory.with { directory in
      let bytes = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 13) }
      try Files.write(Gzip.compress(bytes, level: 6), to: directory.file("x.gz"))
      #expect(try RunningProcess.check("gzip", ["-dc", directory.file("x.gz")]).output == bytes)
    }
  }

  @Test func aTreeHoldsItsReleases() throws {
    try TemporaryDirectory.with { directory in
      let collection = CollectionBuilder([.init("b", "2", needs: ["a==1"]), .init("a", "1")])
      let name = "wheels-1.0+cpu-x86_64.tar.gz"
      let release = TreeBuilder.Release(
        "v1.0+cpu", createdAt: "2026-01-01T00:00:00Z", links: [.init(name, collection.asset(directory: "w"))])
      try TreeBuilder(releases: [release]).write(to: directory.path)
      #expect(try Files.readText(directory.file("wheels/releases.json")).contains("/wheels-1.0%2Bcpu-x86_64.tar.gz\""))
      let members = try RunningProcess.check("tar", ["-tzf", directory.file("wheels/v1.0+cpu/\(name)")]).lines
      #expect(members.suffix(2) == ["w/release/outputs/constraints.txt", "w/release/outputs/graph.json"])
      let graph = String(decoding: collection.graph, as: UTF8.self)
      #expect(graph.contains("\"key\": \"a==1\""))
    }
  }
}
