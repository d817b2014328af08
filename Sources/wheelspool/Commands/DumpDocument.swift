public import ArgumentParser
import Inspector
public import WheelModel

/// Writes one document.
struct DumpDocument: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "document", abstract: "One document's exact bytes.",
    usage: "wheelspool dump document [<options>] <key> <kind>",
    discussion: """
      KIND is constraints_file, build_sequence_summary or dependency_graph. On a
      terminal control characters are written as escapes unless --raw is given;
      elsewhere the bytes are exact.

      \(Help.text(example: "wheelspool dump document 3.3.0.12+http-cpu-ubi9-x86_64 constraints_file"))
      """)

  @Argument(help: "[PRODUCT/[REPOSITORY/]]KEY, or the beginning of just one key.")
  var key: String

  @Argument(help: "constraints_file, build_sequence_summary or dependency_graph.")
  var kind: DocumentKind

  @Flag(help: "Indent for reading.")
  var pretty = false

  @Flag(help: "Leave control characters as they are, also on a terminal.")
  var raw = false

  @OptionGroup var global: GlobalOptions

  func run() throws {
    let store = try global.openStore()
    let query = try DocumentQuery(store, key: key, kind: kind)
    var output: any ByteOutput = FileOutput(descriptor: 1)
    if Terminal(descriptor: 1).isTerminal, !raw { output = TerminalFilter(output) }
    guard pretty else { return try query.write(store, to: output) }
    let indenter = JSONIndenter(output)
    try query.write(store, to: indenter)
    try indenter.finish()
  }
}

extension DocumentKind: ExpressibleByArgument {
  /// Reads a document's name.
  public init?(argument: String) { self.init(name: argument) }
  /// The names, for help and completion.
  public static var allValueStrings: [String] { allCases.map(\.name) }
}
