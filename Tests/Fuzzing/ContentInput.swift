import Inspector
import WheelModel

/// What is inside an asset; the first byte says which part.
enum ContentInput {
  static func read(_ input: [UInt8]) -> Bool {
    guard let first = input.first else { return false }
    let rest = Array(input.dropFirst())
    switch first % 6 {
    case 0, 1: return graph(rest)
    case 2: return summary(rest)
    case 3: return constraints(rest)
    case 4: return requirement(rest)
    default: return names(rest)
    }
  }

  private static func graph(_ input: [UInt8]) -> Bool {
    let whole = packages(input, inPieces: false)
    hold(packages(input, inPieces: true) == whole, "the package rows depend on where the graph is cut")
    guard let whole else { return false }
    var names: [[UInt8]] = []
    var count = 0
    whole.forEach { (name, version) throws(Never) in
      count += 1
      let row = name.copied + [0] + version.copied
      if let last = names.last { hold(last.lexicographicallyPrecedes(row), "the rows are not sorted") }
      names.append(row)
    }
    hold(count == whole.count, "the count of rows is wrong")
    if let graph = try? GraphReader.read(input) { ask(graph) }
    return true
  }

  /// Asks a graph everything that can be asked; none of it may run for ever or go over an edge that is not there.
  private static func ask(_ graph: DependencyGraph) {
    let output = BufferedOutput(MemoryOutput())
    _ = graph.installed()
    _ = GraphConstraints().choose(graph)
    try? GraphDot().write(graph, to: output, raw: false)
    _ = try? GraphDuplicates().write(graph, to: output, raw: false)
    let package = graph.name(graph.count - 1)
    try? GraphWhy().write(graph, package: package, to: output, raw: false)
    let subset = MemoryOutput()
    let buffer = BufferedOutput(subset)
    if (try? GraphSubset().write(graph, package: package, to: buffer)) != nil, (try? buffer.flush()) != nil {
      hold((try? GraphReader.read(subset.bytes)) != nil, "a part of a graph is no graph")
    }
  }

  private static func packages(_ input: [UInt8], inPieces: Bool) -> PackageList? {
    var limits = DocumentLimits()
    limits.depth = 64
    var packages = PackageListLimits()
    packages.rows = 50
    packages.textBytes = 64
    var scan = GraphScan(limits: limits, packages: packages)
    do {
      if inPieces {
        try Cuts.forEach(input) { try scan.feed($0) }
      } else {
        try scan.feed(input.span)
      }
      return try scan.finish()
    } catch {
      return nil
    }
  }

  private static func summary(_ input: [UInt8]) -> Bool {
    guard let document = rewritten(input) else { return false }
    hold(rewritten(document) == document, "rewriting twice gives something else than rewriting once")
    return true
  }

  private static func rewritten(_ input: [UInt8]) -> [UInt8]? {
    var rewriter = SummaryRewriter()
    var output: [UInt8] = []
    do {
      try Cuts.forEach(input) { try rewriter.feed($0, into: &output) }
      try rewriter.finish(into: &output)
      return output
    } catch {
      return nil
    }
  }

  /// Requirements and constraints with a zero byte between them.
  private static func constraints(_ input: [UInt8]) -> Bool {
    let parts = input.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false).map { Array($0) }
    let requirements = parts.first ?? []
    let constraints = parts.count > 1 ? parts[1] : []
    guard let document = try? ConstraintsDocument.build(requirements: requirements, constraints: constraints) else {
      return false
    }
    // A summary is an array of objects, so one that holds the document is taken just when the document is JSON.
    hold(rewritten([0x5b] + document + [0x5d]) != nil, "the constraints document is no JSON")
    return true
  }

  private static func requirement(_ input: [UInt8]) -> Bool {
    let text = String(decoding: input, as: UTF8.self)
    guard let requirement = Requirement(text) else { return false }
    guard let again = Requirement(requirement.description) else { fatalError("a printed requirement is none") }
    hold(Text(again.description) == Text(requirement.description), "printing a requirement twice gives another one")
    return true
  }

  /// Tags, asset names, versions, conditions, times, URLs, names: lines.
  private static func names(_ input: [UInt8]) -> Bool {
    let lines = input.split(separator: UInt8(ascii: "\n"), maxSplits: 7).map { Text(decoding: $0) }
    let versions = lines.map { Version($0) }
    for (line, version) in zip(lines, versions) {
      if let tag = Tag(line) {
        hold(tag.artifactKey(arch: "x").utf8.count >= tag.stripped.utf8.count, "a key shorter than its tag")
        _ = tag.rawVariant(arch: "x")
        _ = tag.series
      }
      _ = AssetName(line)?.arch
      _ = Timestamp(dateOrTime: line.string)
      _ = RedactedURL.redact(line.string)
      hold(RedactedURL.redact(RedactedURL.redact(line.string)) == RedactedURL.redact(line.string), "redacting twice")
      let name = ProjectName.canonical(line)
      hold(ProjectName.canonical(name) == name, "a canonical name is not canonical")
      hold(!SafeText.escape(line).unicodeScalars.contains(where: SafeText.isActive), "an escaped text is active")
      hold(Version(Text(version.normal)).isSame(as: version), "a version in normal form is another one")
      if let condition = VersionSpecifier(line.string) {
        _ = versions.filter { condition.contains($0) }
        hold(VersionSpecifier(condition.description) != nil, "a printed condition is none")
      }
    }
    for a in versions {
      for b in versions { hold((a < b) == (b > a) && !(a < b && b < a), "versions stand in no order") }
    }
    return lines.contains { Tag($0) != nil }
  }
}
