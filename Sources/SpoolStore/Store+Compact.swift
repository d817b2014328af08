import LMDB

/// What `compact` did.
public struct CompactReport: Equatable, Sendable {
  /// The data file's length before.
  public var bytesBefore: UInt64 = 0
  /// And after.
  public var bytesAfter: UInt64 = 0
  /// Documents that were encoded anew because what they were encoded against is gone, or for `repack`.
  public var reencoded: UInt64 = 0
  /// Retained documents that were dropped.
  public var dropped: UInt64 = 0
}

extension Store {
  /// Rewrites the store without free pages and without retained documents; readers go on and change over by themselves.
  ///
  /// For a store opened for collecting; nothing may be written meanwhile. `repack` encodes every document anew, harder. Needs
  /// room for a second data file. Throws `diskFull`, `damaged`; the store is then as it was.
  public func compact(repack: Bool = false) throws(StoreError) -> CompactReport {
    let before = FileSystem.size(directory.data) ?? 0
    var report = try rebuild("compact") { source, target in
      try source.environment.read { transaction in
        let compactor = Compactor(self, transaction, source.tables, target, repack: repack)
        try compactor.run()
        return compactor.report
      }
    }
    report.bytesBefore = before
    report.bytesAfter = FileSystem.size(directory.data) ?? 0
    return report
  }
}
