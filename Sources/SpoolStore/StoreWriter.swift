public import WheelModel

/// Makes all changes of a store, on a thread of its own; every call waits until its change is durable.
///
/// May be used from any thread. What fails has not happened.
public final class StoreWriter: Sendable {
  init() {}

  /// Puts a release in place of whatever the store has under its key: whole, or not at all.
  public func commit(_ put: ReleasePut) throws(StoreError) -> CommitReceipt { fatalError("unfinished") }

  /// Marks releases as withdrawn, each under a sequence of its own; those not there or withdrawn already are skipped.
  ///
  /// Returns the sequences, in order of the keys that were marked.
  @discardableResult
  public func withdraw(_ keys: [ReleaseKey], at time: Timestamp) throws(StoreError) -> [UInt64] {
    fatalError("unfinished")
  }

  /// Records failures, each in place of an earlier one of the same repository, tag, asset and code.
  public func putFailures(_ failures: [Failure]) throws(StoreError) { fatalError("unfinished") }

  /// Drops the failures of one release; with nil those of the repository's listing. Returns how many.
  @discardableResult
  public func clearFailures(of repository: RepositoryKey, tag: Text?) throws(StoreError) -> Int {
    fatalError("unfinished")
  }

  /// Drops single failures.
  public func clearFailures(_ failures: [Failure]) throws(StoreError) { fatalError("unfinished") }

  /// Keeps the listing state of a repository.
  public func saveSource(_ state: SourceState) throws(StoreError) { fatalError("unfinished") }

  /// Records that a run has begun and returns its record; the newest 1,000 runs are kept.
  public func beginRun(at time: Timestamp, pid: Int32) throws(StoreError) -> RunRecord { fatalError("unfinished") }

  /// Records how a run ended.
  public func endRun(_ run: RunRecord) throws(StoreError) { fatalError("unfinished") }

  /// Keeps new validators of an asset whose content was found equal; no sequence.
  public func updateValidators(_ id: ArtifactID, etag: String?, lastModified: String?) throws(StoreError) {
    fatalError("unfinished")
  }

  /// Begins to take in a document of any size; for those above `StoreOptions.largeDocumentBytes`, or when memory is short.
  public func largeDocument() throws(StoreError) -> LargeDocumentWriter { fatalError("unfinished") }

  /// Gives up a document that was taken in but will not be committed.
  public func discard(_ document: PreparedDocument) throws(StoreError) { fatalError("unfinished") }
}
