import Digest
import LMDB
import Threads
public import WheelModel

/// Makes all changes of a store, on a thread of its own; every call waits until its change is durable.
///
/// May be used from any thread. What fails has not happened.
public final class StoreWriter: Sendable {
  private let jobs = Channel<@Sendable (WriterCore) -> Void>(capacity: 16)
  private let thread: Thread
  private let path: String
  let largeDocumentBytes: Int

  init(
    _ opened: OpenEnvironment, _ directory: StoreDirectory, _ store: StoreID, _ options: StoreOptions,
    _ cache: DocumentCache
  ) {
    path = directory.path
    largeDocumentBytes = options.largeDocumentBytes
    thread = Thread { [jobs] in
      let core = WriterCore(opened, directory, store, options, cache)
      while let job = jobs.receive() { job(core) }
    }
  }

  /// Finishes what was asked for and ends the thread.
  func stop() {
    jobs.close()
    thread.join()
  }

  /// Runs `body` on the writer's thread and waits for it.
  func onThread<R: Sendable>(
    _ operation: String, _ body: @escaping @Sendable (WriterCore) throws -> R
  ) throws(StoreError) -> R {
    let result = Lock<Result<R, StoreError>?>(nil)
    let path = path
    let isSent = jobs.send { core in
      let outcome: Result<R, StoreError>
      do {
        outcome = .success(try body(core))
      } catch {
        outcome = .failure(StoreError(error, operation: operation, path: path))
      }
      result.withLock { $0 = outcome }
    }
    guard isSent, let outcome = result.wait(until: { $0 }) else {
      throw .usage(operation, "the store was closed")
    }
    return try outcome.get()
  }

  /// Makes one change in one transaction.
  func change<R: Sendable>(
    _ operation: String, _ body: @escaping @Sendable (Session) throws -> R
  ) throws(StoreError) -> R {
    try onThread(operation) { core in try core.change(body) }
  }
}

extension StoreWriter {
  /// Puts a release in place of whatever the store has under its key: whole, or not at all.
  public func commit(_ put: ReleasePut) throws(StoreError) -> CommitReceipt {
    for key in [put.key.repository.product, put.key.repository.repository] {
      guard key.utf8.count <= StoreKey.longestConfigured, !key.isEmpty, !key.utf8.contains(0) else {
        throw .usage("commit release \(put.key.tag)", "a product's or repository's key has 1 to 100 bytes, none zero")
      }
    }
    let rows = try prepareRows(of: put)
    return try change("commit release \(put.key.tag)") { session in
      session.preparedRows = rows
      return try session.commit(put)
    }
  }

  /// Marks releases as withdrawn, each under a sequence of its own; those not there or withdrawn already are skipped.
  ///
  /// Returns the sequences, in order of the keys that were marked.
  @discardableResult
  public func withdraw(_ keys: [ReleaseKey], at time: Timestamp) throws(StoreError) -> [UInt64] {
    var sequences: [UInt64] = []
    var rest = keys[...]
    while !rest.isEmpty {
      // So many at a time that a transaction stays small.
      let batch = Array(rest.prefix(64))
      rest = rest.dropFirst(64)
      sequences += try change("withdraw releases") { session in
        try batch.compactMap { try session.withdraw($0, at: time) }
      }
    }
    return sequences
  }

  /// Records failures, each in place of an earlier one of the same repository, tag, asset and code.
  public func putFailures(_ failures: [Failure]) throws(StoreError) {
    try change("record failures") { session in
      for failure in failures { try session.put(failure) }
    }
  }

  /// Drops the failures of one release; with nil those of the repository's listing. Returns how many.
  @discardableResult
  public func clearFailures(of repository: RepositoryKey, tag: Text?) throws(StoreError) -> Int {
    try change("clear failures") { try $0.clearFailures(of: repository, tag: tag) }
  }

  /// Drops single failures.
  public func clearFailures(_ failures: [Failure]) throws(StoreError) {
    try change("clear failures") { session in
      for failure in failures {
        try session.transaction.delete(session.tables.failures, StoreKey.failure(failure))
      }
    }
  }

  /// Keeps the listing state of a repository.
  public func saveSource(_ state: SourceState) throws(StoreError) {
    try change("save the listing's state") { session in
      try session.transaction.put(session.tables.sources, StoreKey.repository(state.repository), state.writer)
    }
  }

  /// Records that a run has begun and returns its record; the newest 1,000 runs are kept.
  public func beginRun(at time: Timestamp, pid: Int32) throws(StoreError) -> RunRecord {
    try change("record the run") { session in
      let run = RunRecord(
        id: session.counters.nextRun, startedAt: time, endedAt: nil, outcome: "", pid: pid, counts: .init(),
        sequence: session.counters.sequence)
      session.counters.nextRun += 1
      let runs = session.tables.runs
      try session.transaction.put(runs, StoreKey.number(run.id), run.writer)
      if run.id > 1000 { try session.transaction.delete(runs, StoreKey.number(run.id - 1000)) }
      return run
    }
  }

  /// Records how a run ended.
  public func endRun(_ run: RunRecord) throws(StoreError) {
    try change("record the run") { session in
      var run = run
      run.sequence = session.counters.sequence
      try session.transaction.put(session.tables.runs, StoreKey.number(run.id), run.writer)
    }
  }

  /// Keeps new validators of an asset whose content was found equal; no sequence.
  public func updateValidators(_ id: ArtifactID, etag: String?, lastModified: String?) throws(StoreError) {
    try change("update an asset's validators") { session in
      guard var record = try session.artifact(id) else {
        throw StoreError(
          .notFound, .notFound, operation: "update an asset's validators", cause: "there is no artifact \(id.key)")
      }
      record.artifact.asset.etag = etag
      record.artifact.asset.lastModified = lastModified
      try session.transaction.put(session.tables.artifacts, StoreKey.artifact(id), record.writer)
    }
  }
}
