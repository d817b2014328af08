import WheelModel

/// The walks of one run over one listing: decides whether to walk again, and what may be withdrawn.
struct ListingSession {
  /// How many walks may fail to agree with themselves.
  static let unstableWalks = 3

  /// What to do after a walk.
  enum Step: Equatable {
    /// Walk again from the first page.
    case walkAgain
    /// The listing is known as well as it can be.
    case done(Result)
  }

  /// What the walks brought.
  enum Result: Equatable {
    /// The listing is complete, and everything the store has is in it.
    case complete
    /// The listing is complete; what `isMissing` says was in neither of two complete walks.
    case withdraw
    /// The listing is empty although the store has releases: nothing is withdrawn.
    case empty
    /// The listing changed under every walk: nothing is withdrawn.
    case unstable
    /// Rows had no tag: nothing is withdrawn.
    case hidden
  }

  private let acceptEmpty: Bool
  private var unstable = 0
  private var previous: Set<TagDigest>?
  /// What all complete walks before the last one saw, if there was one.
  private var complete: Set<TagDigest>?

  init(acceptEmpty: Bool) { self.acceptEmpty = acceptEmpty }

  /// Takes a finished walk. `storeHasLive` says whether the store has releases of this repository that are not
  /// withdrawn; `lacksAny` whether one of them, or a failure's tag, is not among the given ones.
  mutating func end(
    _ walk: ListingWalk, _ verdict: ListingWalk.Verdict, storeHasLive: Bool,
    lacksAny: (Set<TagDigest>) throws -> Bool
  ) rethrows -> Step {
    var isComplete = verdict == .complete
    var confirmed = complete
    switch verdict {
    case .complete: break
    case .hidden: return .done(.hidden)
    case .unstable: unstable += 1
    case .uncounted:
      if let previous {
        isComplete = previous == walk.tags
        // Two walks that agree are both complete.
        if isComplete { confirmed = confirmed ?? previous } else { unstable += 1 }
      }
    }
    defer { previous = walk.tags }
    guard isComplete else { return unstable >= Self.unstableWalks ? .done(.unstable) : .walkAgain }

    if walk.tags.isEmpty, storeHasLive, !acceptEmpty { return .done(.empty) }
    guard try lacksAny(walk.tags) else { return .done(.complete) }
    guard let confirmed else {
      complete = walk.tags
      return .walkAgain
    }
    let seen = confirmed.union(walk.tags)
    complete = seen
    return .done(try lacksAny(seen) ? .withdraw : .complete)
  }

  /// Whether no complete walk of this run saw a tag; only to be asked after `.withdraw`.
  func isMissing(_ tag: Text) -> Bool { !(complete ?? []).contains(TagDigest(tag)) }
}
