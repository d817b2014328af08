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
