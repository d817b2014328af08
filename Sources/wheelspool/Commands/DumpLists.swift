import ArgumentParser
import Inspector

/// Lists products.
struct DumpProducts: ListCommand {
  static let listing = Listing.products
  static let configuration = listConfiguration(
    "Products with their counts.", example: "wheelspool dump products --format json")

  @OptionGroup var filter: FilterOptions

  @Option(help: .hidden)
  var package: String?

  @OptionGroup var rows: RowOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var global: GlobalOptions
}

/// Lists releases.
struct DumpReleases: ListCommand {
  static let listing = Listing.releases
  static let configuration = listConfiguration(
    "Releases by product, repository and tag.",
    example: "wheelspool dump releases --since 2026-01-01 --sort -created_at --limit 10")

  @OptionGroup var filter: FilterOptions

  @Option(help: ArgumentHelp("Only what has this package.", valueName: "name"))
  var package: String?

  @OptionGroup var rows: RowOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var global: GlobalOptions
}

/// Lists artifacts.
struct DumpArtifacts: ListCommand {
  static let listing = Listing.artifacts
  static let configuration = listConfiguration(
    "Artifacts by product, repository and key.",
    example: "wheelspool dump artifacts --arch x86_64 --columns key,created_at,asset.size")

  @OptionGroup var filter: FilterOptions

  @Option(help: ArgumentHelp("Only what has this package.", valueName: "name"))
  var package: String?

  @OptionGroup var rows: RowOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var global: GlobalOptions
}

/// Lists drops.
struct DumpDrops: ListCommand {
  static let listing = Listing.drops
  static let configuration = listConfiguration(
    "Drops by product and key.", example: "wheelspool dump drops --format csv")

  @OptionGroup var filter: FilterOptions

  @Option(help: ArgumentHelp("Only what has this package.", valueName: "name"))
  var package: String?

  @OptionGroup var rows: RowOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var global: GlobalOptions
}

/// Lists packages.
struct DumpPackages: ListCommand {
  static let listing = Listing.packages
  static let configuration = listConfiguration(
    "Packages with the number of artifacts and the newest version.",
    example: "wheelspool dump packages --product rhai --sort -artifacts --limit 20")

  @OptionGroup var filter: FilterOptions

  @Option(help: ArgumentHelp("Only what has this package.", valueName: "name"))
  var package: String?

  @OptionGroup var rows: RowOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var global: GlobalOptions
}

/// Lists open failures.
struct DumpFailures: ListCommand {
  static let listing = Listing.failures
  static let configuration = listConfiguration(
    "What is open: upstream content that could not be taken in.", example: "wheelspool dump failures")

  @OptionGroup var filter: FilterOptions

  @Option(help: .hidden)
  var package: String?

  @OptionGroup var rows: RowOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var global: GlobalOptions
}

/// Lists runs.
struct DumpRuns: ListCommand {
  static let listing = Listing.runs
  static let configuration = listConfiguration(
    "Runs of the collector, newest first.", example: "wheelspool dump runs --limit 5")

  @OptionGroup var filter: FilterOptions

  @Option(help: .hidden)
  var package: String?

  @OptionGroup var rows: RowOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var global: GlobalOptions
}

/// Lists the commit log.
struct DumpLog: ListCommand {
  static let listing = Listing.log
  static let configuration = listConfiguration(
    "The commit log: each change under its sequence.", example: "wheelspool dump log --format ndjson")

  @OptionGroup var filter: FilterOptions

  @Option(help: .hidden)
  var package: String?

  @OptionGroup var rows: RowOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var global: GlobalOptions
}
