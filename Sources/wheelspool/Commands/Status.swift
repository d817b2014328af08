import ArgumentParser
import Exporter
import Inspector
import SpoolStore

/// Tells how the store is.
struct Status: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Size, counts, compression, readers, last run; backlog of a target.",
    usage: "wheelspool status [<options>]",
    discussion: """
      EXAMPLE:
        wheelspool status --format json

      EXIT CODES:
        0 complete, 2 usage, 6 store unusable, 7 local I/O,
        9 the target cannot be reached
      """)

  @Option(help: ArgumentHelp("Also tell how far this target is behind.", valueName: "target"))
  var target: String?

  @Option(help: ArgumentHelp("The schema of the target's tables.", valueName: "name"))
  var schema: String?

  @OptionGroup var output: OutputOptions
  @OptionGroup var global: GlobalOptions

  func validate() throws {
    if output.format == .csv {
      throw ValidationError(
        "status is several tables, which --format csv cannot hold: use json, or dump overview for the repositories alone"
      )
    }
  }

  func run() throws {
    let store = try global.openStore()
    var backlog: StoreReport.Backlog?
    if let target { backlog = try self.backlog(of: try TargetAddress.parse(target), store) }
    try output.write {
      try StoreReport(store, withSizes: true, backlog: backlog).write(output.presentation, to: $0)
    }
  }

  private func backlog(of target: TargetAddress, _ store: Store) throws -> StoreReport.Backlog {
    var options = ExportOptions()
    if let schema { options.schema = schema }
    let status = try Exporter.status(store: store, target: target, options: options)
    return StoreReport.Backlog(
      target: target.description,
      products: status.products.map {
        StoreReport.Backlog.Product(
          product: $0.product, sequence: $0.sequence, pendingEntries: $0.pendingEntries,
          pendingReleases: $0.pendingReleases, isDiverged: $0.isDiverged)
      },
      foreign: status.foreignRepositories.sorted { $0.key < $1.key }.map { (repository: $0.key, store: $0.value) },
      openIssues: status.openIssues, schemaVersion: status.schemaVersion)
  }
}
