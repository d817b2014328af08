public import Digest
public import WheelModel

/// How far a target is behind a store.
public struct TargetStatus: Sendable, Equatable {
  /// One product's position.
  public struct Product: Sendable, Equatable {
    /// The product.
    public var product: Text
    /// The log position the target has applied; 0 before the first export.
    public var sequence: UInt64
    /// Whether the target has followed another history than this store's.
    public var isDiverged: Bool
    /// Log entries that the target has not seen.
    public var pendingEntries: Int
    /// Releases that an export would write.
    public var pendingReleases: Int
  }

  /// The store's position.
  public var storeSequence: UInt64
  /// The products, in the order of their keys.
  public var products: [Product]
  /// Repositories whose rows belong to another store, with that store's id.
  public var foreignRepositories: [RepositoryKey: String]
  /// Values set aside in the target.
  public var openIssues: Int
  /// The version of the target's tables; nil when there are none yet.
  public var schemaVersion: Int?

  /// Whether an export would write nothing.
  public var isCurrent: Bool { products.allSatisfy { $0.sequence == storeSequence && !$0.isDiverged } }
}

/// Whether a target equals a store.
public struct TargetVerification: Sendable, Equatable {
  /// One difference.
  public struct Difference: Sendable, Equatable {
    /// The table.
    public var table: String
    /// The row's key, as text.
    public var key: String
    /// What differs: a column, or `missing row`, `unexpected row`, `nothing was exported here`.
    public var what: String
  }

  /// How many differences are listed; all are counted.
  public static let listedDifferences = 1000

  /// Releases compared.
  public var releases = 0
  /// Artifacts compared.
  public var artifacts = 0
  /// Drops compared.
  public var drops = 0
  /// Package rows compared.
  public var packageRows = 0
  /// Documents compared.
  public var documents = 0
  /// Values that are set aside and explained by an entry in `export_issues`.
  public var setAside = 0
  /// Releases that the target has not been sent yet.
  public var pendingReleases = 0
  /// The number of differences.
  public var differenceCount = 0
  /// The first differences.
  public var differences: [Difference] = []

  /// Whether nothing differs (exit 0), else exit 1.
  public var isEqual: Bool { differenceCount == 0 }

  mutating func add(_ table: String, _ key: String, _ what: String) {
    differenceCount += 1
    if differences.count < Self.listedDifferences {
      differences.append(Difference(table: table, key: key, what: what))
    }
  }
}

/// A position in a store's log, with the hash that proves the history before it.
public struct Watermark: Sendable, Equatable {
  /// The last change applied; 0 is none.
  public var sequence: UInt64
  /// The store's chain at that change.
  public var chain: SHA256Digest

  /// Makes a position.
  public init(sequence: UInt64, chain: SHA256Digest) {
    self.sequence = sequence
    self.chain = chain
  }
}
