import Digest
import SpoolStore
import WheelModel

/// Ends the work on one release: compares what was read with the store, decides, writes, and says so.
struct ReleaseCommit {
  private let context: RunContext
  private let flight: ReleaseInFlight

  init(_ context: RunContext, _ flight: ReleaseInFlight) {
    self.context = context
    self.flight = flight
  }

  /// Waits for the assets and commits, or gives the release up when the run is ending.
  func run() {
    let results = flight.takeResults()
    var verdicts: [ReleaseOutcome.AssetResult] = []
    for (fetch, result) in zip(flight.work.fetches, results) {
      switch result {
      case .content(let content, _, _): verdicts.append(isKnown(content, fetch) ? .unchanged : .content)
      case .notModified: verdicts.append(.unchanged)
      case .failed(let reason): verdicts.append(.failed(reason))
      case .stopped: break
      }
    }
    guard verdicts.count == results.count, context.storeError == nil else {
      context.leaveUnsettled(flight.key.repository)
      return discard(results, but: [])
    }
    let outcome = ReleaseOutcome.decide(
      flight.work, verdicts, tag: flight.key.tag, in: flight.key.repository, now: context.clock.now())
    let isWritten = context.storing { store in
      switch outcome.action {
      case .put: try put(outcome, results, store.writer)
      case .failuresOnly: try writeFailures(outcome, store.writer)
      }
      return true
    }
    discard(results, but: outcome.action == .put && isWritten == true ? outcome.news : [])
    if isWritten == true { keepValidators(outcome, results, verdicts) }
  }

  private func put(_ outcome: ReleaseOutcome, _ results: [ReleaseInFlight.Result], _ writer: StoreWriter) throws {
    let release = flight.release
    var artifacts = outcome.keeps.map { ArtifactPut.keep($0) }
    for index in outcome.news {
      guard case .content(let content, let etag, let lastModified) = results[index] else { continue }
      let artifact = release.artifact(
        of: flight.work.fetches[index].asset, in: flight.key.repository, size: content.size, sha256: content.sha256,
        etag: etag, lastModified: lastModified)
      artifacts.append(.new(artifact, documents: content.documents, packages: content.packages))
    }
    let receipt = try writer.commit(
      ReleasePut(
        key: flight.key, name: release.name, description: release.description, createdAt: release.createdAt,
        releasedAt: release.releasedAt, commit: release.commit, fingerprint: flight.fingerprint,
        complete: outcome.complete, collectedAt: context.clock.now(), artifacts: artifacts,
        failures: outcome.failures))
    context.meter.count {
      $0.committed += 1
      $0.artifacts += UInt64(outcome.news.count - receipt.rejected.count)
      $0.failures += UInt64(outcome.failures.count + receipt.rejected.count)
      $0.storedBytes += receipt.storedBytes
    }
    for failure in outcome.failures + receipt.failures { context.meter.tell(.failed(failure)) }
    context.meter.tell(.committed(flight.key, sequence: receipt.sequence, artifacts: receipt.artifacts))
  }

  private func writeFailures(_ outcome: ReleaseOutcome, _ writer: StoreWriter) throws {
    if !outcome.cleared.isEmpty { try writer.clearFailures(outcome.cleared) }
    if !outcome.failures.isEmpty { try writer.putFailures(outcome.failures) }
    context.meter.count { $0.failures += UInt64(outcome.failures.count) }
    for failure in outcome.failures { context.meter.tell(.failed(failure)) }
    if outcome.failures.contains(where: { !$0.isPermanent }) { context.leaveUnsettled(flight.key.repository) }
  }

  /// Whether an asset that the store has was read again and says the same.
  private func isKnown(_ content: AssetContent, _ fetch: ReleasePlan.Fetch) -> Bool {
    guard let known = fetch.known else { return false }
    let stored = context.storing { store in try store.read { try $0.artifact(known.id) } }
    guard case .some(.some(let artifact)) = stored else { return false }
    return DocumentKind.allCases.allSatisfy { content.sha256(of: $0) == artifact.documents[$0]?.sha256 }
  }

  /// Keeps what servers gave for later conditional requests, where the content is what the store has.
  private func keepValidators(
    _ outcome: ReleaseOutcome, _ results: [ReleaseInFlight.Result], _ verdicts: [ReleaseOutcome.AssetResult]
  ) {
    for (index, fetch) in flight.work.fetches.enumerated() where verdicts[index] == .unchanged {
      let seen: Validators
      switch results[index] {
      case .content(_, let etag, let lastModified), .notModified(let etag, let lastModified):
        seen = Validators(etag: etag, lastModified: lastModified)
      case .failed, .stopped: continue
      }
      guard let known = fetch.known,
        seen != Validators(etag: known.asset.etag, lastModified: known.asset.lastModified)
      else { continue }
      _ = context.storing { store in
        try store.writer.updateValidators(known.id, etag: seen.etag, lastModified: seen.lastModified)
      }
    }
  }

  /// Removes the documents that were taken in ahead of a commit that did not come.
  private func discard(_ results: [ReleaseInFlight.Result], but kept: [Int]) {
    guard context.storeError == nil else { return }
    for (index, result) in results.enumerated() where !kept.contains(index) {
      guard case .content(let content, _, _) = result else { continue }
      for case .stored(let prepared) in content.documents.values {
        // What cannot be removed now is swept when the store is next opened.
        try? context.writer?.discard(prepared)
      }
    }
  }
}
