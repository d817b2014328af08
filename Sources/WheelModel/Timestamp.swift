/// A moment in UTC, to the millisecond.
public struct Timestamp: Hashable, Comparable, Sendable {
  /// Milliseconds since 1970-01-01T00:00:00Z; negative before.
  public let milliseconds: Int64

  /// Makes a moment of milliseconds since 1970.
  public init(milliseconds: Int64) { self.milliseconds = milliseconds }

  /// Orders by time.
  public static func < (a: Self, b: Self) -> Bool { a.milliseconds < b.milliseconds }
}
