import TestSupport
import Testing
import WheelModel

@testable import Inspector

/// The answers to questions about graphs, against those that fromager gave on the same files.
struct FromagerAgreementTests {
  static let directory =
    #filePath.split(separator: "/").prefix { $0 != "Tests" }.reduce("") { $0 + "/" + $1 } + "/fixtures/graphs"
  static let cases = ((try? Files.list(directory)) ?? []).filter { Files.exists("\(directory)/\($0)/package.txt") }

  private func graph(_ name: String) throws -> DependencyGraph {
    try GraphReader.read(try Files.read("\(Self.directory)/\(name)/graph.json"))
  }

  /// What fromager printed; nil when it failed, or was not asked.
  private func expected(_ name: String, _ file: String) throws -> String? {
    let path = "\(Self.directory)/\(name)/\(file)"
    guard Files.exists(path) else { return nil }
    let text = try Files.readText(path)
    return text == "FAILED\n" ? nil : text
  }

  private func package(_ name: String) throws -> String {
    String(try Files.readText("\(Self.directory)/\(name)/package.txt").dropLast())
  }

  private func written(_ body: (BufferedOutput) throws -> Void) throws -> String {
    let memory = MemoryOutput()
    let output = BufferedOutput(memory)
    try body(output)
    try output.flush()
    return memory.text
  }

  @Test func casesAreThere() { #expect(Self.cases.count == 8) }

  @Test(arguments: cases) func dotIsEqual(name: String) throws {
    let graph = try graph(name)
    #expect(try written { try GraphDot().write(graph, to: $0, raw: false) } == expected(name, "dot.txt"))
    var question = GraphDot()
    question.installOnly = true
    #expect(try written { try question.write(graph, to: $0, raw: false) } == expected(name, "dot-install.txt"))
  }

  @Test(arguments: cases) func whyIsEqual(name: String) throws {
    let package = try package(name)
    guard !package.isEmpty else { return }
    let graph = try graph(name)
    var one = GraphWhy()
    one.depth = 1
    var all = GraphWhy()
    all.depth = -1
    var install = GraphWhy()
    install.types = [.install]
    for (file, question) in [
      ("why.txt", GraphWhy()), ("why-1.txt", one), ("why-all.txt", all), ("why-install.txt", install),
    ] {
      guard let expected = try expected(name, file) else { continue }
      #expect(try written { try question.write(graph, package: package, to: $0, raw: false) } == expected, "\(file)")
    }
  }

  /// The order of parents in fromager's report is that of a set: only the lines are compared.
  @Test(arguments: cases) func duplicatesHaveTheSameLines(name: String) throws {
    let graph = try graph(name)
    let ours = try written { try GraphDuplicates().write(graph, to: $0, raw: false) }
    let theirs = try #require(try expected(name, "duplicates.txt"))
    #expect(ours.split(separator: "\n").sorted() == theirs.split(separator: "\n").sorted())
  }

  @Test(arguments: cases) func constraintsAreEqual(name: String) throws {
    let choice = GraphConstraints().choose(try graph(name))
    let expected = try expected(name, "constraints.txt")
    #expect(choice.conflicts.isEmpty == (expected != nil))
    if let expected { #expect(choice.lines.map { $0 + "\n" }.joined() == expected) }
  }

  /// The order of nodes in fromager's subset is that of a set: lines are compared without the commas between.
  @Test(arguments: cases) func subsetHasTheSameNodesAndEdges(name: String) throws {
    guard let expected = try expected(name, "subset.json") else { return }
    let graph = try graph(name)
    let package = try package(name)
    let ours = try written { try GraphSubset().write(graph, package: package, to: $0) }
    func lines(_ text: String) -> [String] {
      text.split(separator: "\n").map { String($0.hasSuffix(",") ? $0.dropLast() : $0) }.sorted()
    }
    #expect(lines(ours) == lines(expected))
    let cut = try GraphReader.read(Array(ours.utf8))
    let theirs = try GraphReader.read(Array(expected.utf8))
    #expect(cut.count == theirs.count)
    #expect(cut.edgeCount == theirs.edgeCount)
  }
}
