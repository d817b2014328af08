public import Digest

/// Decides when a failure is tried again.
public enum FailureSchedule {
  private static let hour: Int64 = 3_600_000
  private static let day = 24 * hour

  /// When to try again after the `attempts`-th failure (from 1): on the next run, then after 1 h, 2 h, 4 h … a day.
  public static func nextDue(attempts: Int, at now: Timestamp) -> Timestamp {
    guard attempts > 1 else { return now }
    let wait = attempts >= 7 ? day : min(day, hour << Int64(attempts - 2))
    return Timestamp(milliseconds: now.milliseconds.addingReportingOverflow(wait).partialValue)
  }

  /// Whether a failure is to be tried again now; with `retryFailed` whether it ever is.
  ///
  /// A due time more than a day ahead comes from a clock that was wrong, and counts as passed.
  public static func isDue(_ failure: Failure, at now: Timestamp, retryFailed: Bool) -> Bool {
    guard let due = failure.nextDue else { return false }
    if retryFailed { return true }
    return due <= now || due.milliseconds.subtractingReportingOverflow(now.milliseconds).partialValue > day
  }

  /// Makes the record of a failure from what was known of the same asset before.
  ///
  /// Attempts count on from an earlier failure of the same kind; a transient one is due at once, a permanent one by the
  /// schedule, and one that only upstream can mend (`isRetried` false) never.
  public static func failure(
    of repository: RepositoryKey, tag: Text?, asset: Text?, code: FailureCode, message: String, isPermanent: Bool,
    isRetried: Bool = true, link: SHA256Digest? = nil, earlier: [Failure], at now: Timestamp
  ) -> Failure {
    let related = earlier.filter { $0.tag == tag && $0.asset == asset }
    let same = related.first { $0.code == code }
    let attempts = (related.filter { $0.isPermanent == isPermanent }.map(\.attempts).max() ?? 0) + 1
    let due = isPermanent ? nextDue(attempts: attempts, at: now) : now
    return Failure(
      repository: repository, tag: tag, asset: asset, code: code, message: message, isPermanent: isPermanent,
      firstAt: same?.firstAt ?? now, lastAt: now, attempts: attempts, nextDue: isRetried ? due : nil, link: link)
  }
}
