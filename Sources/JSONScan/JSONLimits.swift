/// The limits of one scan; each is a bound on memory or time that hostile input cannot move.
public struct JSONLimits: Equatable, Sendable {
  /// The most containers that may be open at one time.
  public var depth: Int
  /// The most bytes of a string (unescaped) or number that are handed over; longer ones are truncated, not refused.
  public var capturedBytes: Int
  /// The most bytes of a whole text, white space included.
  public var totalBytes: Int

  /// Makes limits; the defaults are those of wheel collections: 512 levels, 64 KiB a token.
  public init(depth: Int = 512, capturedBytes: Int = 65_536, totalBytes: Int = .max) {
    self.depth = max(depth, 0)
    self.capturedBytes = max(capturedBytes, 0)
    self.totalBytes = max(totalBytes, 0)
  }
}
