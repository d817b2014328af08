public import SpoolStore
public import WheelModel

/// How a run went.
public struct RunSummary: Equatable, Sendable {
  /// How one repository went.
  public struct Repository: Equatable, Sendable {
    /// What became of the listing.
    public enum Listing: Equatable, Sendable {
      /// It was walked to its end.
      case complete
      /// Every page was as the last run left it.
      case unchanged
      /// It was read, but changed under every walk or hides rows: nothing was withdrawn.
      case partial(FailureCode)
      /// It was read at least in part, but then the server let nothing more of the repository be had.
      case brokenOff(FailureCode, String)
      /// It could not be read.
      case failed(FailureCode, String)
      /// The run was stopped before its end.
      case interrupted
    }

    /// Product and repository.
    public var key: RepositoryKey
    /// What became of the listing.
    public var listing: Listing
    /// Open failures of this repository in the store by code, notices not counted.
    public var openFailures: [FailureCode: Int]

    /// Makes an outcome of its parts.
    public init(key: RepositoryKey, listing: Listing, openFailures: [FailureCode: Int] = [:]) {
      self.key = key
      self.listing = listing
      self.openFailures = openFailures
    }
  }

  /// The repositories that were selected, in order.
  public var repositories: [Repository]
  /// What was done.
  public var counts: RunRecord.Counts
  /// The signal that stopped the run.
  public var signal: Int32?
  /// The store's refusal that stopped the run.
  public var storeError: StoreError?
  /// Why the options cannot be used, in words: an instance's URL, a token, a file of certificates.
  public var configurationError: String?
  /// Whether nothing was to be changed.
  public var isDryRun: Bool
  /// When a run last ended with everything in the store; nil if none ever did.
  public var lastCompleteAt: Timestamp?

  /// Makes a summary of its parts.
  public init(
    repositories: [Repository] = [], counts: RunRecord.Counts = .init(), signal: Int32? = nil,
    storeError: StoreError? = nil, configurationError: String? = nil, isDryRun: Bool = false
  ) {
    self.repositories = repositories
    self.counts = counts
    self.signal = signal
    self.storeError = storeError
    self.configurationError = configurationError
    self.isDryRun = isDryRun
  }

  /// Open failures of all selected repositories, notices not counted.
  public var openFailures: Int { openFailuresByCode.values.reduce(0, +) }

  /// The same by code.
  public var openFailuresByCode: [FailureCode: Int] {
    repositories.reduce(into: [:]) { $0.merge($1.openFailures, uniquingKeysWith: +) }
  }

  /// The exit code: of those that apply, the first of 2, 5, 6, 7, 130/143, 8, 1, 3, 0.
  public var exitCode: Int32 {
    if configurationError != nil { return 2 }
    switch storeError?.kind {
    case .busy: return 5
    case .unusable: return 6
    case .localIO: return 7
    case .usage, .notFound, nil: break
    }
    if let signal { return 128 + signal }
    let unlisted = repositories.count { if case .failed = $0.listing { true } else { false } }
    if unlisted > 0, unlisted == repositories.count { return 8 }
    if storeError != nil { return 1 }
    let isPartial = repositories.contains { repository in
      switch repository.listing {
      case .complete, .unchanged: !repository.openFailures.isEmpty
      case .partial, .brokenOff, .failed, .interrupted: true
      }
    }
    return isPartial ? 3 : 0
  }

  /// The outcome in one word, as runs are recorded.
  public var outcome: String {
    switch exitCode {
    case 0: "complete"
    case 3: "partial"
    case 8: "unreachable"
    case 130, 143: "interrupted"
    default: "failed"
    }
  }
}
