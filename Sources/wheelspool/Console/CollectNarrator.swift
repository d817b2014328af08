import ArgumentParser
import Collector
import Glibc
import Inspector
import SpoolStore
import Threads
import WheelModel

/// How a run shows its progress.
enum ProgressForm: String, ExpressibleByArgument, CaseIterable {
  /// A bar when standard error is a terminal, else nothing.
  case auto
  /// A line on standard error that is drawn over.
  case bar
  /// A line on standard output for each commit.
  case lines
  /// An object on standard output for each commit.
  case json
  /// Nothing.
  case none
}

/// Tells of a run: commits on standard output, the bar and messages on standard error.
final class CollectNarrator: CollectObserver {
  private struct State {
    var isReaderGone = false
    var isBarShown = false
    var lastDrawn = 0.0
    var progress = CollectProgress()
    /// What was wrong with listings, told once, at the end.
    var listings: [RepositoryKey: WheelModel.Failure] = [:]
  }

  private let log: Log
  private let form: ProgressForm
  private let isDryRun: Bool
  private let width: Int
  private let state = Lock(State())

  init(log: Log, form: ProgressForm, isQuiet: Bool, isDryRun: Bool) {
    self.log = log
    self.isDryRun = isDryRun
    let terminal = Terminal(descriptor: 2)
    width = terminal.columns
    self.form = form == .auto ? (terminal.isTerminal && !isQuiet && !log.isJSON ? .bar : .none) : form
  }

  func receive(_ event: CollectEvent) {
    switch event {
    case .committed(let release, let sequence, let artifacts): committed(release, sequence, artifacts)
    case .progress(let counts): draw(counts)
    case .asking(let origin, let proxy):
      say { $0.debug("asking \(origin)" + (proxy.map { " through the proxy \($0)" } ?? "")) }
    case .listing(let repository, let page, let releases, let total):
      state.withLock { $0.progress.sawPage(releases: releases, total: total) }
      say { $0.debug("\(Self.name(repository)): page \(page), \(releases) releases so far") }
    case .listed(let repository, let releases, let isUnchanged):
      state.withLock { $0.progress.listedAll(releases: releases) }
      say { $0.info("\(Self.name(repository)): \(releases) releases listed\(isUnchanged ? ", nothing changed" : "")") }
    case .planned(let release, let assets): planned(release, assets)
    case .withdrawn(let release, _):
      say { $0.info("\(Self.name(release)): withdrawn upstream" + (isDryRun ? ", to be marked" : "")) }
    case .failed(let failure):
      if failure.tag == nil { return state.withLock { $0.listings[failure.repository] = failure } }
      say { $0.warning(Self.text(failure)) }
    case .waiting(let repository, let seconds, let reason):
      say { $0.debug("\(Self.name(repository)): waiting \(Int(exactly: seconds.rounded(.up)) ?? .max) s: \(reason)") }
    case .finished: break
    }
  }

  /// Tells how the run went.
  func end(_ summary: RunSummary) {
    if let reason = summary.configurationError {
      say {
        $0.error(
          Report(
            operation: "preparing requests", cause: Redaction.clean(reason), code: "E_CONFIG_VALUE", status: .usage))
      }
    }
    for repository in summary.repositories { end(repository, summary) }
    let counts = summary.counts
    var text = "\(summary.outcome): \(counts.committed) releases \(summary.isDryRun ? "to commit" : "committed"), "
    text += "\(counts.unchanged) unchanged, \(counts.withdrawn) withdrawn, \(counts.artifacts) artifacts read, "
    text += "\(summary.openFailures) failures open, \(counts.requests) requests, "
    text += "\(HumanSize.text(counts.downloadedBytes)) downloaded, \(HumanSize.text(counts.storedBytes)) stored"
    say { $0.info(text) }
  }

  private func end(_ repository: RunSummary.Repository, _ summary: RunSummary) {
    let name = Self.name(repository.key)
    switch repository.listing {
    case .failed(let code, let message):
      say {
        $0.error(
          Report(
            operation: "\(name): listing its releases", cause: Redaction.clean(message), code: code.rawValue,
            kept: "what the store had", next: CollectAdvice.next(after: code),
            status: ExitStatus(code: summary.exitCode)))
      }
    case .brokenOff(let code, let message):
      say {
        let advice = CollectAdvice.next(after: code).map { "; next: " + $0 } ?? ""
        $0.warning("\(name): listed, then given up: \(Redaction.clean(message)) (\(code.rawValue))\(advice)")
      }
    case .partial(let code):
      let message = state.withLock { $0.listings[repository.key] }.map { ": " + Redaction.clean($0.message) } ?? ""
      let advice = CollectAdvice.next(after: code).map { "; next: " + $0 } ?? ""
      say { $0.warning("\(name): the listing is not complete\(message) (\(code.rawValue))\(advice)") }
    case .complete, .unchanged, .interrupted:
      if let failure = state.withLock({ $0.listings[repository.key] }) { say { $0.warning(Self.text(failure)) } }
    }
  }

  // MARK: standard output

  /// Says what is to be read; in a dry run that is the answer.
  private func planned(_ release: ReleaseKey, _ assets: Int) {
    guard isDryRun else { return say { $0.debug("\(Self.name(release)): \(assets) assets to read") } }
    switch form {
    case .lines: write("planned \(Self.words(release)) \(assets)\n")
    case .json:
      writeJSON {
        $0.member("event", "planned")
        Self.members(of: release, &$0)
        $0.member("assets", assets)
      }
    case .auto, .bar, .none: say { $0.info("\(Self.name(release)): \(assets) assets to read") }
    }
  }

  private func committed(_ release: ReleaseKey, _ sequence: UInt64, _ artifacts: Int) {
    switch form {
    case .lines: write("committed \(sequence) \(Self.words(release)) \(artifacts)\n")
    case .json:
      writeJSON {
        $0.member("event", "committed")
        $0.member("sequence", sequence)
        Self.members(of: release, &$0)
        $0.member("artifacts", artifacts)
      }
    case .auto, .bar, .none: break
    }
    say { $0.debug("\(Self.name(release)): committed as \(sequence) with \(artifacts) artifacts") }
  }

  private static func words(_ release: ReleaseKey) -> String {
    [release.repository.product, release.repository.repository, release.tag]
      .map { SafeText.escape($0, limit: 4096) }.joined(separator: " ")
  }

  private static func members(of release: ReleaseKey, _ json: inout JSONCell) {
    json.member("product_key", release.repository.product)
    json.member("repository_key", release.repository.repository)
    json.member("tag", release.tag)
  }

  private func writeJSON(_ body: (inout JSONCell) -> Void) {
    var json = JSONCell(presentation: Presentation(isTerminal: true))
    json.object(body)
    write(String(decoding: json.text, as: UTF8.self) + "\n")
  }

  /// Writes at once. When nobody reads any more the run goes on in silence.
  private func write(_ line: String) {
    state.withLock { state in
      if state.isReaderGone { return }
      do { try FileOutput(descriptor: 1).write(Array(line.utf8).span) } catch { state.isReaderGone = true }
    }
  }

  // MARK: standard error

  /// Runs `body`, which writes messages, with the bar out of the way.
  private func say(_ body: (Log) -> Void) {
    state.withLock { state in
      if state.isBarShown { Self.toTerminal("\r\u{1b}[K") }
      state.isBarShown = false
      body(log)
    }
  }

  /// Draws the bar, at most ten times a second.
  private func draw(_ counts: RunRecord.Counts) {
    guard form == .bar else { return }
    state.withLock { state in
      let now = Clock.monotonicSeconds
      guard now - state.lastDrawn >= 0.1 else { return }
      state.progress.note(counts, at: now)
      state.lastDrawn = now
      state.isBarShown = true
      Self.toTerminal("\r\u{1b}[K" + state.progress.line(columns: width))
    }
  }

  private static func toTerminal(_ text: String) { try? FileOutput(descriptor: 2).write(Array(text.utf8).span) }

  // MARK: words

  private static func name(_ repository: RepositoryKey) -> String {
    "\(SafeText.escape(repository.product)) \(SafeText.escape(repository.repository))"
  }

  private static func name(_ release: ReleaseKey) -> String {
    "\(name(release.repository)) \(SafeText.escape(release.tag))"
  }

  private static func text(_ failure: Failure) -> String {
    var text = name(failure.repository)
    if let tag = failure.tag { text += " " + SafeText.escape(tag) }
    if let asset = failure.asset { text += " " + SafeText.escape(asset) }
    return text + ": \(failure.message) (\(failure.code.rawValue))"
  }
}
