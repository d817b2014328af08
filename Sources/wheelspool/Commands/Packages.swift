import ArgumentParser
import Inspector
import WheelModel

/// Tells where a package is.
struct Packages: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "In which artifacts a package is, at which versions, newest first.",
    usage: "wheelspool packages [<options>] <name>\nwheelspool packages --all [<options>]",
    discussion: """
      Any spelling of the name finds the package. With --all: every package with its
      counts.

      \(Help.text(example: "wheelspool packages certifi --arch x86_64 --limit 10"))
      """)

  @Argument(help: "The package's name.")
  var name: String?

  @Flag(help: "Every package with the number of artifacts and the newest version.")
  var all = false

  @Option(help: ArgumentHelp("Only artifacts with this version.", valueName: "version"))
  var version: [String] = []

  @OptionGroup var filter: FilterOptions
  @OptionGroup var rows: RowOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var global: GlobalOptions

  func validate() throws {
    if all == (name != nil) { throw ValidationError("give the name of a package, or --all") }
    if all, !version.isEmpty { throw ValidationError("--version needs the name of a package") }
  }

  func run() throws {
    let presentation = rows.apply(to: output.presentation)
    let store = try global.openStore()
    try output.write { bytes in
      guard let name else {
        return try Listing.packages.write(store, filter: filter.filter, presentation: presentation, to: bytes)
      }
      var question = PackageHistory()
      question.filter = filter.filter
      question.versions = version.map { WheelModel.Version(Text($0)) }
      try question.write(store, package: name, presentation: presentation, to: bytes)
    }
  }
}
