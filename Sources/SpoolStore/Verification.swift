/// One thing that is wrong with a store.
public struct Finding: Equatable, Sendable, CustomStringConvertible {
  /// What was looked at, such as `documents`.
  public let database: String
  /// Which record, in words.
  public let subject: String
  /// What is wrong with it.
  public let problem: String

  /// One line.
  public var description: String { database + ": " + subject + ": " + problem }
}

/// How far `verify` goes.
public struct VerifyOptions: Equatable, Sendable {
  /// Decodes every document and compares its SHA-256, instead of records and checksums only.
  public var data = false
  /// Looks at the `part`-th of `parts` equal parts of the documents (1-based), so that a big store can be gone through
  /// over several days.
  public var part = 1
  /// The number of parts.
  public var parts = 1

  /// Makes a check of the structure.
  public init() {}
}

/// What `verify` saw.
public struct VerifyReport: Equatable, Sendable {
  /// Everything that is wrong, at most 1,000 entries.
  public var findings: [Finding] = []
  /// How much is wrong in all.
  public var findingCount = 0
  /// Records read.
  public var records: UInt64 = 0
  /// Documents decoded.
  public var documents: UInt64 = 0
  /// Raw bytes decoded.
  public var rawBytes: UInt64 = 0

  /// Whether nothing is wrong.
  public var isClean: Bool { findingCount == 0 }
}

/// What `compact` did.
public struct CompactReport: Equatable, Sendable {
  /// The data file's length before.
  public var bytesBefore: UInt64
  /// And after.
  public var bytesAfter: UInt64
  /// Documents that were encoded anew because what they were encoded against is gone.
  public var reencoded: UInt64
  /// Retained documents that were dropped.
  public var dropped: UInt64
}

/// What `repair` did.
public struct RepairReport: Equatable, Sendable {
  /// Everything that was wrong before.
  public var findings: [Finding]
  /// Records that could not be kept.
  public var quarantined: [String]
  /// Releases that the next collect fetches again.
  public var recollect: UInt64
}

extension Store {
  /// Rewrites the store without free pages and without retained documents; readers go on and change over by themselves.
  ///
  /// For a store opened for collecting. `repack` encodes every document anew.
  public func compact(repack: Bool = false) throws(StoreError) -> CompactReport { fatalError("unfinished") }

  /// Rebuilds what can be derived, sets aside what cannot be read, and marks its releases to be collected again.
  ///
  /// For a store opened for collecting.
  public func repair() throws(StoreError) -> RepairReport { fatalError("unfinished") }
}
