public import WheelModel

/// The type of the document columns in PostgreSQL.
public enum DocumentType: String, CaseIterable, Sendable {
  /// Keeps the bytes as they are and checks them.
  case json
  /// Can be indexed; loses key order, duplicate keys and the spelling of numbers.
  case jsonb
  /// Keeps the bytes as they are, unchecked.
  case text
}

/// How an export works; the defaults are right for everyday use.
public struct ExportOptions: Sendable {
  /// The products to export; empty means all of the store.
  public var products: [Text] = []
  /// The most releases in one transaction of the target.
  public var batchReleases = 16
  /// The most raw document bytes in one transaction; a larger release goes alone.
  public var batchBytes: UInt64 = 32 << 20
  /// Whether to stay and export what is collected later, until asked to stop.
  public var follow = false
  /// How often a follower looks for new changes, in seconds.
  public var followInterval = 1.0
  /// Whether only to count what would be written.
  public var dryRun = false
  /// The PostgreSQL schema of the tables.
  public var schema = "wheelspool"
  /// The type of new document columns; nil means that of the tables there, else `json`. PostgreSQL only.
  public var documentType: DocumentType?
  /// Whether withdrawn releases are removed from the target instead of marked.
  public var deleteWithdrawn = false
  /// Whether repositories that belong to another store are taken over.
  public var takeOver = false
  /// Whether everything is written again, and rows the store does not have are removed.
  public var repair = false
  /// How long another export's lock is waited for, in seconds.
  public var lockTimeout = 60.0
  /// How often in a row a target that failed transiently is tried again.
  public var retries = 8

  /// Makes the defaults.
  public init() {}
}
