/// What `repair` did.
public struct RepairReport: Equatable, Sendable {
  /// Everything that was wrong before.
  public var findings: [Finding] = []
  /// Records that could not be kept, in words.
  public var quarantined: [String] = []
  /// Releases that the next collect fetches again.
  public var recollect: UInt64 = 0
}

extension Store {
  /// Rebuilds what can be derived, sets aside what cannot be read, and marks its releases to be collected again.
  ///
  /// For a store opened for collecting.
  public func repair() throws(StoreError) -> RepairReport {
    let report = try verify()
    guard !report.isClean else { return RepairReport() }
    throw .usage("repair", "unfinished")
  }
}
