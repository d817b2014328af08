/// Where a walk of a list has stopped, so that a later snapshot can go on there.
public struct WalkPlace: Sendable {
  /// The key of the last record that was handed over; nil before the first.
  var key: [UInt8]?
  /// How many records have been handed over.
  var count = 0
  /// The change that the first snapshot stood at; nil before it.
  var sequence: UInt64?

  /// Stands before the first record.
  public init() {}
}
