public import ArgumentParser
import Collector
public import Exporter
import Inspector
import SpoolStore
import WheelModel

/// Replays the store into a target.
struct Export: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Replay into a database or a file what it has not seen.",
    usage: "wheelspool export [<options>] <target>",
    discussion: """
      TARGET is a postgresql:// URL, postgresql: followed by a conninfo text,
      sqlite:PATH, ndjson:PATH or ndjson:-. A password belongs into PGPASSWORD,
      ~/.pgpass or a service file, not into an argument.

      EXAMPLE:
        wheelspool export sqlite:wheels.sqlite
        wheelspool export --print-schema postgresql://loader@db.example.com/wheels

      EXIT CODES:
        0 complete, 2 usage, 3 some values are set aside in export_issues,
        4 no such product, 5 another export is at work, 6 store unusable, 7 local I/O,
        9 target failed: what it has acknowledged is kept, 130 or 143 interrupted
      """)

  @Argument(help: "Where to write to.")
  var target: String

  @Option(help: ArgumentHelp("Only this product; may be repeated.", valueName: "key"))
  var product: [String] = []

  @Option(help: ArgumentHelp("Releases in one transaction of the target.", valueName: "n"))
  var batch: Int?

  @Flag(help: "Stay, and export what is collected later.")
  var follow = false

  @Flag(help: "Only count what would be written.")
  var dryRun = false

  @Option(help: ArgumentHelp("The schema of the tables (PostgreSQL; default: wheelspool).", valueName: "name"))
  var schema: String?

  @Option(help: ArgumentHelp("The type of document columns (PostgreSQL; default: json).", valueName: "type"))
  var documentType: DocumentType?

  @Flag(help: "Print the statements that make the tables, and end.")
  var printSchema = false

  @Flag(help: "Remove withdrawn releases instead of marking them.")
  var deleteWithdrawn = false

  @Flag(help: "Take over repositories whose rows belong to another store.")
  var takeOver = false

  @Option(help: ArgumentHelp("Wait so long for another export to end.", valueName: "seconds"))
  var lockTimeout: Double?

  @OptionGroup var global: GlobalOptions

  func validate() throws {
    if let batch, batch < 1 { throw ValidationError("--batch must be 1 or more") }
    if let lockTimeout, !(lockTimeout >= 0) { throw ValidationError("--lock-timeout must not be negative") }
    if follow, dryRun { throw ValidationError("--follow and --dry-run exclude each other") }
  }

  private var options: ExportOptions {
    var options = ExportOptions()
    options.products = product.map { Text($0) }
    if let batch { options.batchReleases = batch }
    options.follow = follow
    options.dryRun = dryRun
    if let schema { options.schema = schema }
    options.documentType = documentType
    options.deleteWithdrawn = deleteWithdrawn
    options.takeOver = takeOver
    if let lockTimeout { options.lockTimeout = lockTimeout }
    return options
  }

  func run() throws {
    let address = try TargetAddress.parse(target)
    if printSchema {
      let text = try Exporter.schemaText(for: address, options: options)
      return try Answer.write(usesPager: false) { $0.append(text) }
    }
    let stop = SignalWatch.start()
    try Self.replay(try global.openStore(), address, options, global.log, stop)
  }

  /// Replays, tells how it went, and throws the status when that is not 0.
  static func replay(
    _ store: Store, _ target: TargetAddress, _ options: ExportOptions, _ log: Log, _ stop: StopSignal
  ) throws {
    let summary = try Exporter.run(
      store: store, target: target, options: options, observer: ExportNarrator(log: log),
      shouldStop: { stop.isRaised })
    if summary.outcome == .readerGone { return }
    // Of a target that failed at once there is nothing to tell but why.
    if case .failed = summary.outcome, !summary.hasWritten {} else { log.info(ExportNarrator.text(summary)) }
    switch summary.outcome {
    case .complete, .readerGone: return
    case .partial: throw ExitStatus.partial
    case .interrupted: throw ExitStatus.interrupted(by: stop.signal ?? 2)
    case .failed(let error):
      var report = Report(error)
      report.kept = "\(summary.releases) releases of this run, up to what the target has acknowledged"
      throw Report.Failure(report: report)
    }
  }
}

extension DocumentType: ExpressibleByArgument {}
