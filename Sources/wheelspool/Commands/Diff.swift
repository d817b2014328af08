import ArgumentParser
import Inspector

/// Compares artifacts or releases.
struct Diff: ParsableCommand {
  enum Format: String, ExpressibleByArgument, CaseIterable {
    case table, json, ndjson, csv, markdown
  }

  static let configuration = CommandConfiguration(
    abstract: "Packages added, removed and changed between two artifacts, or two tags.",
    usage: "wheelspool diff [<options>] <old> <new>",
    discussion: """
      Two tags are compared architecture by architecture. What a release asks for by
      name stands apart from what that needs.

      \(Help.text(example: "wheelspool diff v3.2.1.140+http-cpu-ubi9 v3.3.0.12+http-cpu-ubi9"))
      """)

  @Argument(help: "Artifact key or tag, the older first; with --previous one artifact key.")
  var keys: [String]

  @Flag(help: "Compare an artifact with the one before it.")
  var previous = false

  @Option(help: ArgumentHelp("How the answer is written.", valueName: "format"))
  var format = Format.table

  @Flag(help: "Leave control characters as they are, also on a terminal.")
  var raw = false

  @Flag(help: "Leave CSV cells that spreadsheets take for formulas as they are.")
  var csvRaw = false

  @Flag(help: "Write a long answer to the terminal directly.")
  var noPager = false

  @OptionGroup var global: GlobalOptions

  func validate() throws {
    if keys.count != (previous ? 1 : 2) {
      throw ValidationError(previous ? "--previous takes one artifact key" : "give two artifact keys or two tags")
    }
  }

  func run() throws {
    let store = try global.openStore()
    let diffs =
      previous
      ? try ArtifactDiff.sincePrevious(of: keys[0], in: store)
      : try ArtifactDiff.between(keys[0], keys[1], in: store)
    let shape = OutputFormat(rawValue: format.rawValue) ?? .table
    var presentation = Answer.presentation(shape)
    presentation.raw = raw
    presentation.csvRaw = csvRaw
    try Answer.write(usesPager: shape == .table && !noPager) { bytes in
      if format == .markdown { return try DiffWriter.writeMarkdown(diffs, raw: raw, to: bytes) }
      try DiffWriter.write(diffs, presentation: presentation, to: bytes)
    }
  }
}
