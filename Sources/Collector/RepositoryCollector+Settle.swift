import SpoolStore
import WheelModel

extension RepositoryCollector {
  /// Whether a failure of this repository is to be tried again, so that no listing may be called unchanged.
  func hasDueFailures() -> Bool {
    let now = context.clock.now()
    return context.storing { store in
      try store.read { snapshot -> Bool in
        var isDue = false
        try snapshot.forEachFailure(in: .repository(source.key)) { failure in
          isDue = FailureSchedule.isDue(failure, at: now, retryFailed: context.options.retryFailed)
          return !isDue
        }
        return isDue
      }
    } ?? false
  }

  /// Whether the store has a failure of the listing itself.
  func listingFailuresOpen() -> Bool {
    let open = context.storing { store in try store.read { try $0.failures(of: source.key, tag: nil) } }
    return open?.isEmpty == false
  }

  /// Whether the store has a release of this repository that is not withdrawn.
  func hasLiveReleases() throws -> Bool {
    try asking { snapshot in
      var isThere = false
      try snapshot.forEachRelease(in: .repository(source.key)) { release in
        isThere = release.withdrawnAt == nil
        return !isThere
      }
      return isThere
    } ?? false
  }

  /// Walks the tags that a listing should show, until `body` returns false: of releases that are not withdrawn, in reach
  /// of `--since`, and of failures. A tag may come twice.
  func forEachExpectedTag(_ body: (Text) -> Bool) throws {
    let since = context.options.since
    func isOutOfReach(_ release: ReleaseView) -> Bool { since.map { release.createdAt < $0 } ?? false }
    _ = try asking { snapshot in
      var goesOn = true
      try snapshot.forEachRelease(in: .repository(source.key)) { release in
        if release.withdrawnAt == nil, !isOutOfReach(release) { goesOn = body(release.key.tag) }
        return goesOn
      }
      guard goesOn else { return }
      try snapshot.forEachFailure(in: .repository(source.key)) { failure in
        guard let tag = failure.tag else { return true }
        if let release = try snapshot.releaseView(ReleaseKey(source.key, tag: tag)),
          release.withdrawnAt == nil, isOutOfReach(release)
        {
          return true
        }
        return body(tag)
      }
    }
  }

  /// Asks the store, if there is one. Throws `stopped` when it refuses, which ends the run.
  private func asking<R>(_ body: (borrowing Snapshot) throws -> R) throws -> R? {
    guard context.store != nil else { return nil }
    guard let found = context.storing({ store in try store.read { try body($0) } }) else {
      throw RequestFailure.stopped
    }
    return found
  }

  /// Ends a listing that was read: withdraws what is gone, brings its failures up to date, keeps its state.
  func settle(
    _ result: ListingSession.Result, _ session: ListingSession, _ walk: ListingWalk
  ) throws -> RunSummary.Repository.Listing {
    switch result {
    case .complete, .withdraw:
      if result == .withdraw { try withdraw(session) }
      settleFailures()
      keepState(walk)
      return .complete
    case .empty:
      return partial(.emptyListing, "the listing is empty although the store has releases: nothing was withdrawn")
    case .unstable:
      return partial(.unstableListing, "the listing changed under every walk: nothing was withdrawn")
    case .hidden:
      let reason = hidden ?? RowRejection(.noTag, "rows have no tag")
      return partial(reason.code, "\(walk.hiddenRows) rows cannot be collected: " + reason.message)
    }
  }

  /// Whether the store has one of the releases of a page; true without a store.
  func knowsAny(of page: ListingPage) throws -> Bool {
    try asking { snapshot in
      for tag in page.rows.compactMap(\.tag) {
        if try snapshot.releaseView(ReleaseKey(source.key, tag: tag)) != nil { return true }
      }
      return false
    } ?? true
  }

  /// Ends with the first page of another project than before that has none of the releases: a slip in the configuration
  /// is likelier than that the oldest were all withdrawn. Nothing of it is collected.
  func settleOther(project before: String) -> RunSummary.Repository.Listing {
    partial(
      .emptyListing,
      "project \(SafeText.escape(source.project)) begins with none of the releases collected from "
        + "\(SafeText.escape(before)): nothing was withdrawn or collected; --accept-empty takes it")
  }

  private func partial(_ code: FailureCode, _ message: String) -> RunSummary.Repository.Listing {
    dropState()
    listingFailures.append(AssetFailureReason(code: code, message: message, isPermanent: false))
    settleFailures()
    return .partial(code)
  }

  /// Marks releases that no complete walk saw as withdrawn, and drops the failures of tags that are gone.
  private func withdraw(_ session: ListingSession) throws {
    var missing: [Text] = []
    try forEachExpectedTag { tag in
      if session.isMissing(tag) { missing.append(tag) }
      return true
    }
    guard let writer = context.writer else {
      for tag in missing { context.meter.tell(.withdrawn(ReleaseKey(source.key, tag: tag), sequence: 0)) }
      context.meter.count { $0.withdrawn += UInt64(missing.count) }
      return
    }
    if !missing.isEmpty { dropState() }
    for tag in Set(missing).sorted() {
      let key = ReleaseKey(source.key, tag: tag)
      let sequences = context.storing { _ in
        let sequences = try writer.withdraw([key], at: context.clock.now())
        try writer.clearFailures(of: source.key, tag: tag)
        return sequences
      }
      guard let sequences else { throw RequestFailure.stopped }
      guard let sequence = sequences.first else { continue }
      context.meter.count { $0.withdrawn += 1 }
      context.meter.tell(.withdrawn(key, sequence: sequence))
    }
  }

  /// Brings the recorded failures of the listing itself up to what this run found.
  func settleFailures() {
    let earlier = context.storing { store in try store.read { try $0.failures(of: source.key, tag: nil) } } ?? []
    let now = context.clock.now()
    let found = listingFailures.map { reason in
      FailureSchedule.failure(
        of: source.key, tag: nil, asset: nil, code: reason.code, message: reason.message, isPermanent: false,
        earlier: earlier, at: now)
    }
    let gone = earlier.filter { earlier in !found.contains { $0.code == earlier.code } }
    if let writer = context.writer, context.storeError == nil {
      _ = context.storing { _ in
        if !gone.isEmpty { try writer.clearFailures(gone) }
        if !found.isEmpty { try writer.putFailures(found) }
      }
    }
    context.meter.count { $0.failures += UInt64(found.count) }
    for failure in found { context.meter.tell(.failed(failure)) }
  }

  // MARK: listing state

  /// Keeps the state of a complete walk, unless a later run must look at the same listing again. What the last run left
  /// is forgotten then: should that listing come back byte for byte, it is not what the store has any more.
  private func keepState(_ walk: ListingWalk) {
    guard context.options.since == nil else {
      if !isStateAsSeen() { dropState() }
      return
    }
    guard !context.isUnsettled(source.key), !hasLaterRows else { return dropState() }
    saveState(pages, tags: UInt64(walk.tags.count))
  }

  /// Whether the state that the last run left has the pages that this walk saw.
  private func isStateAsSeen() -> Bool {
    let known = context.storing { store in try store.read { try $0.source(source.key) } } ?? nil
    return known?.pages == pages && known?.project == source.project && known?.settings == settings
  }

  /// Keeps what the next run needs to ask conditionally. Only after a complete walk that left nothing to do, and never
  /// with `--since`: what is gone and out of its reach was not withdrawn, although the listing will not change again.
  func saveState(_ pages: [SourceState.Page], tags: UInt64) {
    guard let writer = context.writer, context.options.since == nil else { return }
    let state = SourceState(
      repository: source.key, project: source.project, pages: pages, listedTags: tags,
      completeAt: context.clock.now(), settings: settings)
    _ = context.storing { _ in try writer.saveSource(state) }
  }

  /// Forgets the pages before the first change: what is broken off must not look unchanged later.
  func dropState() {
    guard !isStateDropped, let writer = context.writer else { return }
    isStateDropped = true
    let known = context.storing { store in try store.read { try $0.source(source.key) } } ?? nil
    guard var state = known, !state.pages.isEmpty else { return }
    state.pages = []
    state.completeAt = nil
    _ = context.storing { _ in try writer.saveSource(state) }
  }

  /// Open failures of the repository by code, notices not counted.
  func openFailures() -> [FailureCode: Int] {
    context.storing { store in
      try store.read { snapshot -> [FailureCode: Int] in
        var counts: [FailureCode: Int] = [:]
        try snapshot.forEachFailure(in: .repository(source.key)) { failure in
          if failure.code != .duplicateArch { counts[failure.code, default: 0] += 1 }
          return true
        }
        return counts
      }
    } ?? [:]
  }
}
