import Digest
import Threads
import WheelModel

/// One release between the listing and its commit, with the results of its assets as they come.
final class ReleaseInFlight: Sendable {
  /// What a worker made of one asset.
  enum Result: Sendable {
    /// It was read.
    case content(AssetContent, etag: String?, lastModified: String?)
    /// Its server says that nothing changed.
    case notModified(etag: String?, lastModified: String?)
    /// It cannot be had.
    case failed(AssetFailureReason)
    /// The run, or the work on this repository, is ending.
    case stopped
  }

  let key: ReleaseKey
  let release: UpstreamRelease
  let fingerprint: SHA256Digest
  let work: ReleasePlan.Work
  private let results: Lock<[Result?]>

  init(key: ReleaseKey, release: UpstreamRelease, fingerprint: SHA256Digest, work: ReleasePlan.Work) {
    self.key = key
    self.release = release
    self.fingerprint = fingerprint
    self.work = work
    results = Lock(Array(repeating: nil, count: work.fetches.count))
  }

  /// Takes the result of one asset.
  func finish(_ index: Int, _ result: Result) { results.withLock { $0[index] = result } }

  /// The assets that have no result yet.
  var open: [Int] { results.withLock { results in results.indices.filter { results[$0] == nil } } }

  /// Waits until every asset has its result, and hands them over.
  func takeResults() -> [Result] {
    results.wait { results in
      let all = results.compactMap { $0 }
      guard all.count == results.count else { return nil }
      results = []
      return all
    } ?? []
  }
}
