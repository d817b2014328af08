import Collector
import Configuration
import Glibc
import SpoolStore
import WheelModel

/// Turns a configuration into what the collector takes.
enum CollectPlanning {
  static func options(
    _ configuration: Configuration, environment: [String: String], since: Timestamp?, recheck: Bool, dryRun: Bool,
    retryFailed: Bool, acceptEmpty: Bool
  ) throws -> CollectOptions {
    let gitlab = configuration.gitlab
    let token = try gitlab.token?.load(environment: environment)
    let header: Credential.Header =
      switch gitlab.tokenHeader {
      case .privateToken: .privateToken
      case .jobToken: .jobToken
      case .bearer: .bearer
      }
    var options = CollectOptions(
      gitlabURL: gitlab.url, credential: token.map { Credential($0.secretBytes, in: header) },
      repositories: configuration.repositories.map { CollectOptions.Source(key: $0.key, project: $0.project) })
    options.isPart = configuration.isPart
    options.jobs = configuration.jobs
    options.since = since
    options.recheck = recheck
    options.dryRun = dryRun
    options.retryFailed = retryFailed
    options.acceptEmpty = acceptEmpty
    options.allowHTTP = gitlab.allowHTTP
    options.allowedHosts = gitlab.allowedHosts
    if let file = gitlab.certificates, unsafe access(file, R_OK) != 0 {
      throw ConfigurationError(.file, at: file, "cannot be read: " + SystemText.message(errno))
    }
    options.certificates = gitlab.certificates
    options.userAgent = "wheelspool/" + Version.text
    apply(configuration.limits, to: &options.limits)
    apply(configuration.network, to: &options.limits)
    return options
  }

  /// Opens the store for collecting, making it when it is not there; a dry run reads one that is there.
  static func open(_ path: String, dryRun: Bool) throws -> Store? {
    guard dryRun else { return try Store.open(path: path, mode: .collect(create: true)) }
    do {
      return try Store.open(path: path, mode: .read)
    } catch {
      if error.code == .notAStore { return nil }
      throw error
    }
  }
}

extension CollectPlanning {
  /// Takes over the bounds that the configuration sets.
  private static func apply(_ set: Configuration.Limits, to limits: inout CollectLimits) {
    if let bytes = set.listingPageBytes { limits.listing.pageBytes = bytes }
    if let bytes = set.assetBytes { limits.assetBytes = bytes }
    if let bytes = set.inflatedBytes { limits.inflatedBytes = bytes }
    if let bytes = set.memberBytes { limits.memberBytes = bytes }
    if let bytes = set.textBytes { limits.textBytes = bytes }
    if let count = set.members { limits.members = count }
    if let bytes = set.headerBytes { limits.headerBytes = bytes }
    if let count = set.listingPages { limits.listingPages = count }
  }

  /// Takes over the times and retries that the configuration sets.
  private static func apply(_ set: Configuration.Network, to limits: inout CollectLimits) {
    if let seconds = set.connectSeconds { limits.connectSeconds = Double(seconds) }
    if let seconds = set.answerSeconds { limits.answerSeconds = Double(seconds) }
    if let seconds = set.stallSeconds { limits.stallSeconds = Double(seconds) }
    if let seconds = set.requestSeconds { limits.requestSeconds = Double(seconds) }
    if let seconds = set.longestWaitSeconds { limits.longestWait = Double(seconds) }
    if let count = set.attempts { limits.attempts = count }
    if let count = set.retryBudget { limits.retryBudget = count }
    if let count = set.deadRequests { limits.deadRequests = count }
  }
}
