import ArgumentParser
import Inspector

/// Shows one artifact in full.
struct DumpArtifact: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "artifact", abstract: "One artifact in full.",
    usage: "wheelspool dump artifact [<options>] <key>",
    discussion: Help.text(example: "wheelspool dump artifact rhai/3.3.0.12+http-cpu-ubi9-x86_64 --format json"))

  @Argument(help: "[PRODUCT/[REPOSITORY/]]KEY, or the beginning of just one key.")
  var key: String

  @Option(help: ArgumentHelp("Columns to show, separated by commas.", valueName: "names"))
  var columns: String?

  @OptionGroup var output: OutputOptions
  @OptionGroup var global: GlobalOptions

  func run() throws {
    let store = try global.openStore()
    var presentation = output.presentation
    presentation.columns = columns.map { $0.split(separator: ",").map(String.init) }
    try output.write { try ArtifactDetail.write(store, key: key, presentation: presentation, to: $0) }
  }
}
