import SpoolStore
import WheelModel

extension RepositoryCollector {
  /// Plans the rows of one page that this walk had not seen, in their order, and hands the work to the pipeline. Each
  /// is let go before the next, for a page may take long.
  func handle(_ rows: consuming [ListingRow]) throws {
    rows.reverse()
    while let row = rows.popLast() {
      guard !context.isEnding, !context.isEnded(source.key) else { throw RequestFailure.stopped }
      guard let tag = row.tag else { continue }
      if case .upcoming = row { hasLaterRows = true }
      guard !handled.contains(TagDigest(tag)) else { continue }
      context.meter.count { $0.listed += 1 }
      switch row {
      case .release(let release): try plan(release)
      case .rejected(_, let rejection): reject(tag, rejection)
      case .upcoming: break
      }
    }
  }

  private func plan(_ release: UpstreamRelease) throws {
    let key = ReleaseKey(source.key, tag: release.tag.text)
    var (known, failures) = try lookUp(key)
    if known?.isWithdrawn == true {
      // A release under way may take an artifact's key from one that is withdrawn.
      pipeline.drain()
      (known, failures) = try lookUp(key)
    }
    let fingerprint = release.fingerprint
    let options = ReleasePlan.Options(
      since: context.options.since, recheck: context.options.recheck, retryFailed: context.options.retryFailed)
    let decision = ReleasePlan.decide(
      release, fingerprint: fingerprint, known: known, failures: failures, in: source.key, options: options,
      now: context.clock.now())
    switch decision {
    case .tooOld:
      hasLaterRows = true
    case .skip(let stale):
      context.meter.count { $0.unchanged += 1 }
      if !stale.isEmpty, let writer = context.writer {
        dropState()
        _ = context.storing { _ in try writer.clearFailures(stale) }
      }
    case .work(let work):
      context.meter.tell(.planned(key, assets: work.fetches.count))
      guard !context.options.dryRun else { return context.meter.count { $0.committed += 1 } }
      dropState()
      let flight = ReleaseInFlight(key: key, release: release, fingerprint: fingerprint, work: work)
      try settleForeignKeys(of: flight)
      guard pipeline.take(flight) else { throw RequestFailure.stopped }
    }
  }

  /// Spares the download of assets whose key another release of the repository holds.
  ///
  /// What is under way may be about to give the key up: a holder counts only once that is in the store.
  private func settleForeignKeys(of flight: ReleaseInFlight) throws {
    for (index, fetch) in flight.work.fetches.enumerated() where fetch.known == nil {
      let id = ArtifactID(source.key, key: fetch.asset.key)
      guard holder(of: id, otherThan: flight.key) != nil else { continue }
      pipeline.drain()
      guard let owner = holder(of: id, otherThan: flight.key) else { continue }
      flight.finish(
        index,
        .failed(
          AssetFailureReason(
            code: .duplicateKey, message: "release \(SafeText.escape(owner.tag)) holds the artifact's key",
            isPermanent: true)))
    }
  }

  /// The release that holds an artifact's key and is neither `key` nor withdrawn.
  private func holder(of id: ArtifactID, otherThan key: ReleaseKey) -> ReleaseKey? {
    let found = context.storing { store in
      try store.read { snapshot -> ReleaseKey? in
        guard let owner = try snapshot.owner(of: id), owner != key else { return nil }
        return try snapshot.releaseView(owner)?.withdrawnAt == nil ? owner : nil
      }
    }
    return found ?? nil
  }

  /// Records a row that cannot be collected, unless that is on record already.
  private func reject(_ tag: Text, _ rejection: RowRejection) {
    let earlier = context.storing { store in try store.read { try $0.failures(of: source.key, tag: tag) } } ?? []
    guard !earlier.contains(where: { $0.asset == nil && $0.code == rejection.code }) else { return }
    let failure = FailureSchedule.failure(
      of: source.key, tag: tag, asset: nil, code: rejection.code, message: rejection.message, isPermanent: true,
      isRetried: false, earlier: earlier, at: context.clock.now())
    context.meter.count { $0.failures += 1 }
    dropState()
    if let writer = context.writer {
      _ = context.storing { _ in
        let replaced = earlier.filter { $0.asset == nil }
        if !replaced.isEmpty { try writer.clearFailures(replaced) }
        try writer.putFailures([failure])
      }
    }
    context.meter.tell(.failed(failure))
  }

  /// What the store has of a release, and its failures, at one moment.
  private func lookUp(_ key: ReleaseKey) throws -> (KnownRelease?, [Failure]) {
    guard context.store != nil else { return (nil, []) }
    let found = context.storing { store in
      try store.read { snapshot -> (KnownRelease?, [Failure]) in
        let failures = try snapshot.failures(of: key.repository, tag: key.tag)
        guard let view = try snapshot.releaseView(key) else { return (nil, failures) }
        let artifacts = try snapshot.artifacts(of: key).map { stored in
          KnownRelease.KnownArtifact(id: stored.artifact.id, arch: stored.artifact.arch, asset: stored.artifact.asset)
        }
        let known = KnownRelease(
          fingerprint: view.fingerprint, isWithdrawn: view.withdrawnAt != nil, complete: view.complete,
          artifacts: artifacts)
        return (known, failures)
      }
    }
    guard let found else { throw RequestFailure.stopped }
    return found
  }
}
