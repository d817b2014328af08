import ArgumentParser
import Inspector
import WheelModel

/// Lists what is stored.
struct Dump: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "List what is stored; alone, an overview.",
    discussion: """
      EXAMPLE:
        wheelspool dump
        wheelspool dump artifacts --arch x86_64 --format json

      EXIT CODES:
        0 complete, also for an empty list; 2 usage; 4 no such key;
        5 it changed meanwhile; 6 store unusable; 7 local I/O
      """,
    subcommands: [
      DumpOverview.self, DumpProducts.self, DumpReleases.self, DumpArtifacts.self, DumpDrops.self, DumpPackages.self,
      DumpFailures.self, DumpRuns.self, DumpLog.self, DumpArtifact.self, DumpDocument.self,
    ],
    defaultSubcommand: DumpOverview.self)
}

/// The store in numbers.
struct DumpOverview: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "overview", abstract: "The store in numbers, and its repositories.",
    usage: "wheelspool dump [overview] [<options>]",
    discussion: Help.text(example: "wheelspool dump overview --format json"))

  @OptionGroup var global: GlobalOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let store = try global.openStore()
    try output.write { try StoreReport(store, withSizes: false).write(output.presentation, to: $0) }
  }
}

/// What the lists have in common.
protocol ListCommand: ParsableCommand {
  static var listing: Listing { get }
  var global: GlobalOptions { get }
  var output: OutputOptions { get }
  var rows: RowOptions { get }
  var filter: FilterOptions { get }
  var package: String? { get }
}

extension ListCommand {
  private var wanted: ListFilter {
    var wanted = filter.filter
    wanted.package = package.map { Text($0) }
    return wanted
  }

  func validate() throws {
    let wanted = wanted
    let refused = wanted.parts.filter { !Self.listing.filters.contains($0) }
    guard refused.isEmpty else {
      let names = refused.map { "--" + $0.rawValue }.joined(separator: " and no ")
      throw ValidationError("dump \(Self.listing.rawValue) takes no \(names)")
    }
  }

  func run() throws {
    let wanted = wanted
    let presentation = rows.apply(to: output.presentation)
    let store = try global.openStore()
    try output.write { try Self.listing.write(store, filter: wanted, presentation: presentation, to: $0) }
  }

  static func listConfiguration(_ abstract: String, example: String) -> CommandConfiguration {
    var discussion = "Columns: \(listing.columns.joined(separator: ", ")).\n\n"
    if listing.filters != ListFilter.Part.allCases {
      discussion += "Filters: \(listing.filters.map { "--" + $0.rawValue }.joined(separator: ", ")).\n\n"
    }
    return CommandConfiguration(
      commandName: listing.rawValue, abstract: abstract, usage: "wheelspool dump \(listing.rawValue) [<options>]",
      discussion: discussion + Help.text(example: example))
  }
}

/// Parts of help screens.
enum Help {
  /// An example and the exit codes of a command that only reads.
  static func text(example: String) -> String {
    """
    EXAMPLE:
      \(example)

    EXIT CODES:
      0 complete, 2 usage, 4 not found, 5 it changed meanwhile,
      6 store unusable, 7 local I/O
    """
  }
}
