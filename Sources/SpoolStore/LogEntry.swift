public import Digest
public import WheelModel

/// What a change did.
public struct LogOperation: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
  /// The number in the store.
  public let rawValue: UInt8

  /// Wraps a number; unknown ones survive.
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// The release was put: new, changed, healed or back.
  public static let put = LogOperation(rawValue: 1)
  /// The release was withdrawn.
  public static let withdraw = LogOperation(rawValue: 2)

  /// What the change was is lost: `repair` has put this entry in its place.
  public static let lost = LogOperation(rawValue: 3)

  /// The name in output.
  public var description: String {
    switch self {
    case .put: "put"
    case .withdraw: "withdraw"
    case .lost: "lost"
    default: "operation-" + String(rawValue)
    }
  }
}

/// One entry of the store's log.
public struct LogEntry: Equatable, Sendable {
  /// The change's number, from 1, without gaps.
  public let sequence: UInt64
  /// What it did.
  public let operation: LogOperation
  /// To which release.
  public let release: ReleaseKey
  /// SHA-256 over the chain before it, this sequence, operation, release key and record hash.
  public let chain: SHA256Digest
  /// SHA-256 of the release's record as this change left it.
  public let recordHash: SHA256Digest
  /// When it was committed.
  public let at: Timestamp
}
