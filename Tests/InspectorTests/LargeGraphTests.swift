import Digest
import TestSupport
import Testing
import WheelModel

@testable import Inspector

/// Graphs of 5 MB with cycles and repeated edges: they are made anew here, and what is answered has the digests of what
/// fromager answered on the same ones, line by line whatever the order. `tools/graph_cases.py --digests`.
struct LargeGraphTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let options: [String]
    let package: String
    var digests: [String: String] = [:]

    var testDescription: String { options.joined(separator: " ") }
  }

  private static let root = #filePath.split(separator: "/").prefix { $0 != "Tests" }.reduce("") { $0 + "/" + $1 }

  static let cases: [Case] = {
    var cases: [Case] = []
    for line in ((try? Files.readText(root + "/fixtures/graphs/large.tsv")) ?? "").split(separator: "\n") {
      let cells = line.split(separator: "\t").map(String.init)
      guard cells.count == 7 else { continue }
      var options = ["--seed", cells[0], "--nodes", cells[1], "--degree", cells[2]]
      if cells[3] == "mild" { options.append("--mild") }
      if cases.last?.options != options { cases.append(Case(options: options, package: cells[4])) }
      cases[cases.count - 1].digests[cells[5]] = cells[6]
    }
    return cases
  }()

  @Test func casesAreThere() {
    #expect(Self.cases.count == 2)
    #expect(Self.cases.map(\.digests.count) == [8, 8])
  }

  @Test(arguments: cases) func linesAreFromagers(test: Case) throws {
    let directory = try TemporaryDirectory()
    try RunningProcess.check(
      "python3", [Self.root + "/tools/graph_cases.py", "--generate", directory.path] + test.options)
    let bytes = try Files.read(directory.file("graph.json"))
    #expect(bytes.count > 5_000_000)
    try #require(SHA256.hash(bytes.span).hex == test.digests["graph.json"], "the generator makes another graph")
    let graph = try GraphReader.read(bytes)
    for (name, digest) in test.digests where name != "graph.json" {
      let memory = MemoryOutput()
      let output = BufferedOutput(memory)
      try Self.answer(name, graph, test.package, to: output)
      try output.flush()
      #expect(Self.sortedDigest(memory.bytes) == digest, "\(name)")
    }
  }

  /// Answers the question whose answer fromager's is in a file of this name.
  private static func answer(
    _ name: String, _ graph: DependencyGraph, _ package: String, to output: BufferedOutput
  ) throws {
    var dot = GraphDot()
    var why = GraphWhy()
    switch name {
    case "dot.txt", "dot-install.txt":
      dot.installOnly = name == "dot-install.txt"
      try dot.write(graph, to: output, raw: false)
    case "why.txt", "why-1.txt", "why-install.txt":
      why.depth = name == "why-1.txt" ? 1 : 0
      if name == "why-install.txt" { why.types = [.install] }
      try why.write(graph, package: package, to: output, raw: false)
    case "duplicates.txt": try GraphDuplicates().write(graph, to: output, raw: false)
    case "subset.json": try GraphSubset().write(graph, package: package, to: output)
    default: throw SupportError("ask about a graph", name)
    }
  }

  /// The digest of the lines, sorted, without the commas at their ends. All is ASCII, so that the order is that of bytes.
  private static func sortedDigest(_ bytes: [UInt8]) -> String {
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    var text = ""
    for line in lines.map({ $0.hasSuffix(",") ? $0.dropLast() : $0 }).sorted() {
      text += line
      text += "\n"
    }
    return SHA256.hash(Array(text.utf8).span).hex
  }
}
