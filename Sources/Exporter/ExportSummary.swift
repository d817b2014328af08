public import WheelModel

/// What an export did; its counts cover only what the target has acknowledged.
public struct ExportSummary: Sendable {
  /// How it ended.
  public enum Outcome: Sendable, Equatable {
    /// The target equals the store, as far as it was asked for (exit 0).
    case complete
    /// As `complete`, but some values are set aside in `export_issues` (exit 3).
    case partial
    /// It was asked to stop (exit 130 or 143).
    case interrupted
    /// Whoever reads standard output has gone (a quiet end).
    case readerGone
    /// It failed; everything acknowledged before is kept (exit by the error's kind).
    case failed(ExportError)
  }

  /// How it ended.
  public var outcome = Outcome.complete
  /// Releases written, withdrawn ones included.
  public var releases = 0
  /// Releases removed from the target.
  public var deletedReleases = 0
  /// Rows removed because they hung on nothing: artifacts of no release, packages and drops of no artifact.
  public var strayRows = 0
  /// Artifacts written.
  public var artifacts = 0
  /// Package rows written.
  public var packageRows = 0
  /// Raw document bytes written.
  public var documentBytes: UInt64 = 0
  /// Target transactions.
  public var batches = 0
  /// Log entries that a later change has made void.
  public var superseded = 0
  /// Times the target was tried again.
  public var retries = 0
  /// Values that are set aside in the target now, those of earlier runs included.
  public var openIssues = 0
  /// Each product's position in the target.
  public var watermarks: [Text: UInt64] = [:]
  /// The store's position when the last pass began.
  public var storeSequence: UInt64 = 0
  /// With `dryRun`: nothing was written, the counts say what would be.
  public var isDryRun = false

  /// Whether the target has acknowledged any change of its rows.
  public var hasWritten: Bool { !isDryRun && (batches > 0 || deletedReleases > 0 || strayRows > 0) }

  /// Makes an empty summary.
  public init() {}
}

/// Told of an export's progress, on the thread that runs it. All requirements have empty defaults.
public protocol ExportObserver {
  /// A batch is durable in the target.
  func committed(_ batch: CommittedBatch)
  /// The target failed and is tried again after `seconds`.
  func retrying(after error: ExportError, attempt: Int, seconds: Double)
  /// Another export holds the target; it is waited for.
  func waitingForLock()
  /// A value was set aside.
  func setAside(_ issue: ExportIssue)
  /// A follower has caught up and waits for changes.
  func caughtUp(sequence: UInt64)
}

extension ExportObserver {
  /// Ignores the event.
  public func committed(_ batch: CommittedBatch) {}
  /// Ignores the event.
  public func retrying(after error: ExportError, attempt: Int, seconds: Double) {}
  /// Ignores the event.
  public func waitingForLock() {}
  /// Ignores the event.
  public func setAside(_ issue: ExportIssue) {}
  /// Ignores the event.
  public func caughtUp(sequence: UInt64) {}
}

/// An observer that looks at nothing.
public struct SilentExport: ExportObserver {
  /// Makes one.
  public init() {}
}

/// One batch that the target has acknowledged.
public struct CommittedBatch: Sendable {
  /// Its releases.
  public var releases: [ReleaseKey]
  /// Its artifacts.
  public var artifacts: Int
  /// Its raw document bytes.
  public var documentBytes: UInt64
  /// The log position it reached.
  public var sequence: UInt64
  /// The log position the pass goes to.
  public var goal: UInt64
}

/// One value that the target's type refuses.
public struct ExportIssue: Sendable, Equatable {
  /// The repository.
  public var repository: RepositoryKey
  /// The release's tag.
  public var tag: Text
  /// The artifact's key; of a release's own columns its tag.
  public var artifactKey: Text
  /// The column; other tables than `artifacts` are named before a dot.
  public var column: String
  /// The target's code for the refusal.
  public var code: String
  /// Why it was refused.
  public var message: String

  /// Makes an issue of its fields.
  public init(
    repository: RepositoryKey, tag: Text, artifactKey: Text, column: String, code: String, message: String
  ) {
    self.repository = repository
    self.tag = tag
    self.artifactKey = artifactKey
    self.column = column
    self.code = code
    self.message = message
  }
}
