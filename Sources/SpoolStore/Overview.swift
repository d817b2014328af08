public import WheelModel

/// The store in numbers, from its counters: nothing is walked but the list of repositories.
public struct Overview: Equatable, Sendable {
  /// One repository in numbers.
  public struct Repository: Equatable, Sendable {
    /// Which one.
    public var key: RepositoryKey
    /// Its releases, withdrawn ones included.
    public var releases: UInt64
    /// Its withdrawn releases.
    public var withdrawn: UInt64
    /// Its releases that lack an asset.
    public var incomplete: UInt64
    /// Its artifacts.
    public var artifacts: UInt64
    /// Its last change.
    public var sequence: UInt64
    /// When that was.
    public var changedAt: Timestamp
  }

  /// The last change's number.
  public var sequence: UInt64
  /// All repositories, in the order of their keys.
  public var repositories: [Repository]
  /// All releases, withdrawn ones included.
  public var releases: UInt64
  /// All artifacts.
  public var artifacts: UInt64
  /// All drops.
  public var drops: UInt64
  /// All documents, package rows included.
  public var documents: UInt64
  /// The documents' raw bytes.
  public var rawBytes: UInt64
  /// The documents' bytes in the store.
  public var storedBytes: UInt64
  /// Documents that nothing names but that others are encoded against.
  public var retained: UInt64
  /// Open failures, notices included.
  public var failures: UInt64
  /// The newest run.
  public var lastRun: RunRecord?
}

/// What the store takes on disk.
public struct StoreSizes: Equatable, Sendable {
  /// One snapshot that a process holds.
  public struct Reader: Equatable, Sendable {
    /// The process.
    public var process: Int
    /// How many commits came after its snapshot: what they freed cannot be used again as long as it is held.
    public var commitsBehind: UInt64
  }

  /// The data file's length, in bytes.
  public var fileBytes: UInt64
  /// One page, in bytes.
  public var pageBytes: UInt64
  /// Pages in use.
  public var usedPages: UInt64
  /// Pages that the next commits fill first.
  public var freePages: UInt64
  /// Readers at work now, this one included.
  public var readers: [Reader]
  /// The newest transaction.
  public var transaction: UInt64
  /// Records and pages of each database, in the order of their names.
  public var databases: [(name: String, records: UInt64, pages: UInt64)]

  /// Compares all numbers.
  public static func == (a: Self, b: Self) -> Bool {
    a.fileBytes == b.fileBytes && a.pageBytes == b.pageBytes && a.usedPages == b.usedPages
      && a.freePages == b.freePages && a.readers == b.readers && a.transaction == b.transaction
      && a.databases.elementsEqual(b.databases, by: ==)
  }
}
