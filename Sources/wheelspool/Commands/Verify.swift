import ArgumentParser
import Collector
import Exporter
import Inspector
import SpoolStore

/// Looks for damage and differences.
struct Verify: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Check the store's structure, every byte, or that a target equals it.",
    usage: "wheelspool verify [<options>]",
    discussion: """
      EXAMPLE:
        wheelspool verify --data --subset 1/7
        wheelspool verify --target sqlite:wheels.sqlite

      EXIT CODES:
        0 nothing is wrong, 1 the target differs, 2 usage, 5 store busy (--repair),
        6 the store is damaged, 7 local I/O,
        9 the target cannot be reached, or is another store's,
        130 or 143 interrupted
      """)

  @Flag(help: "Decode every document; with --target compare all content.")
  var data = false

  @Option(help: ArgumentHelp("Compare this target with the store.", valueName: "target"))
  var target: String?

  @Option(help: ArgumentHelp("The schema of the target's tables.", valueName: "name"))
  var schema: String?

  @Flag(help: "Mend what can be mended: the store, or with --target the target.")
  var repair = false

  @Flag(help: "With --target: withdrawn releases are to be gone from it.")
  var deleteWithdrawn = false

  @Option(help: ArgumentHelp("Only the n-th of t parts of the documents.", valueName: "n/t"))
  var subset: Share?

  @Option(help: ArgumentHelp("How findings are written.", valueName: "format"))
  var format = OutputFormat.table

  @OptionGroup var global: GlobalOptions

  func validate() throws {
    if deleteWithdrawn, target == nil { throw ValidationError("--delete-withdrawn needs --target") }
  }

  func run() throws {
    if let target { return try verify(try TargetAddress.parse(target)) }
    var options = VerifyOptions()
    options.data = data
    if let subset { (options.part, options.parts) = (subset.part, subset.parts) }
    if repair { return try mend() }
    let report = try global.openStore().verify(options)
    try show(
      findings: report.findings.map { ($0.database, $0.subject, $0.problem) }, count: report.findingCount,
      summary: "\(report.records) records, \(report.documents) documents, \(report.rawBytes) bytes decoded")
    if !report.isClean { throw ExitStatus.unusable }
  }

  private func mend() throws {
    let store = try global.noting(Store.open(path: global.storePath, mode: .repair))
    defer { store.close() }
    let report = try store.repair()
    try show(
      findings: report.findings.map { ($0.database, $0.subject, $0.problem) }, count: report.findings.count,
      summary: "\(report.quarantined.count) records set aside, \(report.recollect) releases to be collected again")
    for record in report.quarantined { global.log.warning("set aside: \(record)") }
  }

  private func verify(_ target: TargetAddress) throws {
    let stop = SignalWatch.start()
    let store = try global.openStore()
    var options = ExportOptions()
    if let schema { options.schema = schema }
    options.deleteWithdrawn = deleteWithdrawn
    if repair {
      options.repair = true
      return try Export.replay(store, target, options, global.log, stop)
    }
    let result = try Exporter.verify(
      store: store, target: target, options: options, readsData: data,
      subset: subset.map { (n: $0.part, of: $0.parts) }, shouldStop: { stop.isRaised })
    try show(
      findings: result.differences.map { ($0.table, $0.key, $0.what) }, count: result.differenceCount,
      summary: "\(result.releases) releases, \(result.artifacts) artifacts, \(result.packageRows) package rows and "
        + "\(result.documents) documents compared, \(result.setAside) values set aside, "
        + "\(result.pendingReleases) releases not sent yet")
    if let signal = stop.signal { throw ExitStatus.interrupted(by: signal) }
    if !result.isEqual { throw ExitStatus.failed }
  }

  /// Writes findings to standard output and the sum of all to standard error.
  private func show(findings: [(String, String, String)], count: Int, summary: String) throws {
    try Answer.write(usesPager: false) {
      try FindingsWriter.write(findings, presentation: Answer.presentation(format), to: $0)
    }
    let state = count == 0 ? "nothing is wrong" : "\(count) findings"
    global.log.info("\(state): \(summary)")
  }
}

/// One of so many parts, as `2/7`.
struct Share: ExpressibleByArgument {
  let part: Int
  let parts: Int

  init?(argument: String) {
    let numbers = argument.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard numbers.count == 2, let part = numbers[0], let parts = numbers[1], parts >= 1, (1...parts).contains(part)
    else { return nil }
    (self.part, self.parts) = (part, parts)
  }
}
