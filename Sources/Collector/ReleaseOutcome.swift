import WheelModel

/// Decides what is written once all assets of a release were asked for.
struct ReleaseOutcome: Equatable {
  /// What became of one asset.
  enum AssetResult: Equatable {
    /// Read, and different from what the store has.
    case content
    /// Read, or vouched for by its server: what the store has is what there is.
    case unchanged
    /// It cannot be had.
    case failed(AssetFailureReason)
  }

  /// What to write.
  enum Action: Equatable {
    /// Put the release.
    case put
    /// Leave the release alone; write failures only.
    case failuresOnly
  }

  var action: Action
  /// The indices of the fetched assets that belong in the put as new artifacts.
  var news: [Int] = []
  /// The artifacts of the store that belong in the put as they are.
  var keeps: [ArtifactID] = []
  /// With `put` all open failures of the release; else those to be written.
  var failures: [Failure] = []
  /// With `failuresOnly`, the failures to be dropped.
  var cleared: [Failure] = []
  /// Whether a put release lacks nothing.
  var complete = true

  /// Decides from the plan and the results of its fetches, one for each.
  static func decide(
    _ work: ReleasePlan.Work, _ results: [AssetResult], tag: Text, in repository: RepositoryKey, now: Timestamp
  ) -> ReleaseOutcome {
    precondition(results.count == work.fetches.count, "one result for each fetch")
    var failures: [Failure] = []
    var mended: [Text] = []
    var news: [Int] = []
    var isTransient = false
    for (index, (fetch, result)) in zip(work.fetches, results).enumerated() {
      let name = fetch.asset.link.name.text
      switch result {
      case .content: news.append(index)
      case .unchanged: mended.append(name)
      case .failed(let reason):
        failures.append(
          FailureSchedule.failure(
            of: repository, tag: tag, asset: name, code: reason.code, message: reason.message,
            isPermanent: reason.isPermanent, link: fetch.asset.link.digest, earlier: work.earlier, at: now))
        if !reason.isPermanent { isTransient = true }
      }
    }

    // A transient failure leaves the earlier record alone, and a retry without news touches failures only.
    guard !isTransient, work.mustPut || !news.isEmpty else {
      let replaced = failures.map(\.asset) + (isTransient ? [] : mended)
      let cleared = work.earlier.filter { earlier in
        guard let asset = earlier.asset else { return !isTransient }
        return replaced.contains(asset)
          && !(failures + work.notices).contains { $0.asset == earlier.asset && $0.code == earlier.code }
      }
      let unknown = work.notices.filter { !work.earlier.contains($0) }
      return ReleaseOutcome(action: .failuresOnly, failures: failures + unknown, cleared: cleared)
    }

    let replacedKeys = news.map { work.fetches[$0].asset.key }
    let carried = work.carried.filter { carried in
      !mended.contains { $0 == carried.asset } && !failures.contains { $0.asset == carried.asset }
        && !news.contains { work.fetches[$0].asset.link.name.text == carried.asset }
    }
    let open = failures + carried + work.notices
    return ReleaseOutcome(
      action: .put, news: news, keeps: work.keeps.filter { !replacedKeys.contains($0.key) }, failures: open,
      complete: !open.contains { $0.code != .duplicateArch })
  }
}

/// Why an asset cannot be had.
struct AssetFailureReason: Error, Equatable {
  var code: FailureCode
  /// One line, without secrets and control characters.
  var message: String
  /// Whether trying again at once is useless.
  var isPermanent: Bool
}
