import ArgumentParser
import Collector
import Configuration
import Glibc
import SpoolStore
import WheelModel

/// Brings the store up to date.
struct Collect: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Bring the store up to date with GitLab.",
    usage: "wheelspool collect [<options>]",
    discussion: """
      Reads wheelspool.toml, or --config FILE; without a file give --gitlab,
      --project and --product. The token comes from the environment (GITLAB_TOKEN, or
      what token-env names) or from token-file.

      EXAMPLE:
        wheelspool collect --gitlab https://git.example --project 42 --product rhai

      EXIT CODES:
        0 complete, 1 failed, 2 usage or configuration, 3 some assets failed and the
        rest is in, 5 another collector is at work, 6 store unusable, 7 local I/O,
        8 no repository could be listed, 130 or 143 interrupted: what was committed
        is kept
      """)

  @Option(help: ArgumentHelp("The configuration (default: wheelspool.toml).", valueName: "file"), completion: .file())
  var config: String?

  @Option(help: ArgumentHelp("The GitLab instance.", valueName: "url"))
  var gitlab: String?

  @Option(help: ArgumentHelp("The project: its path or number.", valueName: "id"))
  var project: String?

  @Option(help: ArgumentHelp("Only this product; may be repeated.", valueName: "key"))
  var product: [String] = []

  @Option(help: ArgumentHelp("Only this repository; may be repeated.", valueName: "key"))
  var repository: [String] = []

  @Option(help: ArgumentHelp("Assets that are read at one time (default: 4).", valueName: "n"))
  var jobs: Int?

  @Option(help: ArgumentHelp("Only releases made since this day or moment.", valueName: "date"))
  var since: Moment?

  @Flag(help: "Also ask each asset's server whether its bytes changed.")
  var recheck = false

  @Flag(help: "Try recorded failures again before they are due.")
  var retryFailed = false

  @Flag(help: "Only say what would be collected.")
  var dryRun = false

  @Flag(help: "Take an empty listing, or another project's, for the truth.")
  var acceptEmpty = false

  @Option(help: ArgumentHelp("A host that may have a private address; may be repeated.", valueName: "host"))
  var allowHost: [String] = []

  @Flag(help: "Allow http although GitLab's URL is https, and a token over it.")
  var allowHTTP = false

  @Option(help: ArgumentHelp("Certificates to trust in place of the system's.", valueName: "file"), completion: .file())
  var cacert: String?

  @Option(help: ArgumentHelp("How progress is shown.", valueName: "form"))
  var progress = ProgressForm.auto

  @Option(help: ArgumentHelp("Write the run's numbers for Prometheus there.", valueName: "file"), completion: .file())
  var metricsFile: String?

  @OptionGroup var global: GlobalOptions

  func run() throws {
    let stop = SignalWatch.start()
    let environment = Environment.all
    let configuration = try Configuration.resolve(flags: flags, environment: environment)
    let options = try CollectPlanning.options(
      configuration, environment: environment, since: since?.timestamp, recheck: recheck, dryRun: dryRun,
      retryFailed: retryFailed, acceptEmpty: acceptEmpty)
    let store = try CollectPlanning.open(configuration.storePath, dryRun: dryRun).map(global.noting)
    defer { store?.close() }
    let narrator = CollectNarrator(log: global.log, form: progress, isQuiet: global.quiet, isDryRun: dryRun)
    let began = Clock.monotonicSeconds
    let summary = Collector.run(options, store: store, observer: narrator, stop: stop)
    narrator.end(summary)
    var unwritten: (any Error)?
    if let metricsFile {
      do {
        try MetricsFile.write(summary, seconds: Clock.monotonicSeconds - began, to: metricsFile)
      } catch {
        unwritten = error
      }
    }
    try end(summary, unwritten)
  }

  /// Reports what stopped the run and why its metrics are not there, and ends with the code that comes first.
  private func end(_ summary: RunSummary, _ unwritten: (any Error)?) throws {
    let comeBefore = [ExitStatus.usage, .busy, .unusable]
    var status = ExitStatus(code: summary.exitCode)
    if unwritten != nil, !comeBefore.contains(status) { status = .localIO }
    let stopped = summary.storeError.map { error in
      var report = Report(error)
      report.kept = "\(summary.counts.committed) releases of this run"
      return Report.Failure(report: report) as any Error
    }
    for error in [unwritten, stopped] {
      guard var report = error.flatMap({ Report($0) }) else { continue }
      report.status = status
      global.log.error(report)
    }
    if status != .complete { throw status }
  }

  private var flags: ConfigurationFlags {
    var flags = ConfigurationFlags()
    flags.configPath = config
    flags.storePath = global.store
    flags.gitlabURL = gitlab
    flags.project = project
    flags.products = product
    flags.repositories = repository
    flags.jobs = jobs
    flags.allowHTTP = allowHTTP
    flags.allowedHosts = allowHost
    flags.certificates = cacert
    return flags
  }
}
