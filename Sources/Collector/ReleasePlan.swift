import Digest
import WheelModel

/// What the store knows of a release, as far as planning needs it.
struct KnownRelease {
  /// An artifact that the store has.
  struct KnownArtifact {
    var id: ArtifactID
    var arch: Text
    var asset: AssetOrigin
  }

  /// Nil when the release must be collected again whatever the listing says.
  var fingerprint: SHA256Digest?
  var isWithdrawn: Bool
  var complete: Bool
  var artifacts: [KnownArtifact]
}

/// Decides what has to be done for one listed release.
struct ReleasePlan {
  /// What a run asks for beyond the rules.
  struct Options {
    var since: Timestamp?
    var recheck = false
    var retryFailed = false
  }

  /// What is done with one asset.
  enum Reason: Equatable {
    /// The store does not have it, or has what was under another link.
    case new
    /// It failed before, and its time has come.
    case retry
    /// The store has it; its server is asked whether the bytes changed.
    case recheck
  }

  /// One asset to ask for.
  struct Fetch {
    var asset: WantedAsset
    var reason: Reason
    /// The artifact that the store has under this key, from this release.
    var known: KnownRelease.KnownArtifact?
  }

  /// What to do for a release.
  enum Decision {
    /// Older than what was asked for: neither fetched nor withdrawn.
    case tooOld
    /// Nothing to do but to drop failures that are no more.
    case skip(stale: [Failure])
    /// Something to fetch, or to put.
    case work(Work)
  }

  /// The work on one release.
  struct Work {
    /// Whether the release is put even if nothing that is fetched brings news.
    var mustPut: Bool
    var fetches: [Fetch]
    /// Artifacts that stay as they are.
    var keeps: [ArtifactID]
    /// Failures that stay as they are: their time has not come.
    var carried: [Failure]
    /// Links that are not fetched at all, as failures.
    var notices: [Failure]
    /// All failures of this release before this run.
    var earlier: [Failure]
  }

  /// Decides. `owner` names the release that holds an artifact key now, if any.
  static func decide(
    _ release: UpstreamRelease, fingerprint: SHA256Digest, known: KnownRelease?, failures: [Failure],
    in repository: RepositoryKey, options: Options, now: Timestamp
  ) -> Decision {
    if let since = options.since, release.createdAt < since { return .tooOld }
    let (wanted, rejected) = release.chooseAssets()
    let notices = rejected.map { asset in
      notice(asset, release: release.tag.text, in: repository, earlier: failures, now: now)
    }
    var work = Work(mustPut: false, fetches: [], keeps: [], carried: [], notices: notices, earlier: failures)
    let isChanged = known?.fingerprint != fingerprint
    work.mustPut = known == nil || isChanged || known?.isWithdrawn == true

    for asset in wanted {
      let mine = known?.artifacts.first { $0.id.key == asset.key }
      let earlier = failures.filter { $0.asset == asset.link.name.text && $0.nextDue != nil }
      let isDue = earlier.contains { FailureSchedule.isDue($0, at: now, retryFailed: options.retryFailed) }
      let isSameFailure = !earlier.isEmpty && (!isChanged || known != nil && isOf(asset.link, earlier))
      let isSame = mine.map { isSameLink($0, asset.link, isChanged: isChanged) } ?? false
      if isSame, !isDue {
        work.keeps.append(ArtifactID(repository, key: asset.key))
        work.carried += earlier
        if options.recheck { work.fetches.append(Fetch(asset: asset, reason: .recheck, known: mine)) }
      } else if !isSame, !isDue, isSameFailure {
        work.carried += earlier
      } else {
        let isRetry = isSameFailure || isSame && !earlier.isEmpty
        if isSame { work.keeps.append(ArtifactID(repository, key: asset.key)) }
        work.fetches.append(Fetch(asset: asset, reason: isRetry ? .retry : .new, known: isSame ? mine : nil))
      }
    }
    guard work.mustPut || !work.fetches.isEmpty else { return .skip(stale: stale(work)) }
    return .work(work)
  }

  /// Whether an artifact came from a link as it is now.
  ///
  /// The store has URLs without userinfo and query. When the fingerprint differs, a link whose URL has such parts may
  /// have changed just there, and is taken as another one.
  private static func isSameLink(
    _ known: KnownRelease.KnownArtifact, _ link: UpstreamLink, isChanged: Bool
  ) -> Bool {
    known.asset.linkID == link.id && known.asset.name == link.name.text
      && Text(known.asset.url) == Text(link.redactedURL)
      && !(isChanged && !RedactedURL.isPlain(link.url))
  }

  /// Whether failures are all of a link as it is now; one that does not know its link is not.
  private static func isOf(_ link: UpstreamLink, _ failures: [Failure]) -> Bool {
    let digest = link.digest
    return failures.allSatisfy { $0.link == digest }
  }

  /// Makes the failure of a link that is not fetched; only a change upstream can mend it.
  private static func notice(
    _ asset: RejectedAsset, release: Text, in repository: RepositoryKey, earlier: [Failure], now: Timestamp
  ) -> Failure {
    let same = earlier.first { $0.asset == asset.name && $0.code == asset.rejection.code }
    return same
      ?? FailureSchedule.failure(
        of: repository, tag: release, asset: asset.name, code: asset.rejection.code, message: asset.rejection.message,
        isPermanent: true, isRetried: false, earlier: [], at: now)
  }

  /// The earlier failures that this plan no longer finds: of links that are gone, or of the release while it was unfit.
  private static func stale(_ work: Work) -> [Failure] {
    work.earlier.filter { earlier in
      !(work.carried + work.notices).contains { $0.asset == earlier.asset && $0.code == earlier.code }
    }
  }
}
