public import WheelModel

/// One run of a collector.
public struct RunRecord: Equatable, Sendable {
  /// Counts of one run.
  public struct Counts: Equatable, Sendable {
    /// Releases that the listings named.
    public var listed: UInt64 = 0
    /// Releases that were put.
    public var committed: UInt64 = 0
    /// Releases that were skipped as unchanged.
    public var unchanged: UInt64 = 0
    /// Releases that were withdrawn.
    public var withdrawn: UInt64 = 0
    /// Artifacts that were read anew.
    public var artifacts: UInt64 = 0
    /// Failures that were seen.
    public var failures: UInt64 = 0
    /// HTTP requests that were sent.
    public var requests: UInt64 = 0
    /// Bytes that were downloaded.
    public var downloadedBytes: UInt64 = 0
    /// Bytes that the new documents take in the store.
    public var storedBytes: UInt64 = 0

    /// Makes zeros.
    public init() {}
  }

  /// The run's number, from 1.
  public var id: UInt64
  /// When it began.
  public var startedAt: Timestamp
  /// When it ended; nil while it is under way, or when it was killed.
  public var endedAt: Timestamp?
  /// How it ended, such as `complete`, `partial`, `interrupted`; empty until then.
  public var outcome: String
  /// The process that ran it.
  public var pid: Int32
  /// What it did.
  public var counts: Counts
  /// The store's sequence when it ended.
  public var sequence: UInt64
  /// Whether it was asked for a part only, of the repositories or of time: complete, it says nothing of the rest.
  public var isPart = false

  /// Makes a run of its fields.
  public init(
    id: UInt64, startedAt: Timestamp, endedAt: Timestamp?, outcome: String, pid: Int32, counts: Counts, sequence: UInt64
  ) {
    self.id = id
    self.startedAt = startedAt
    self.endedAt = endedAt
    self.outcome = outcome
    self.pid = pid
    self.counts = counts
    self.sequence = sequence
  }
}
