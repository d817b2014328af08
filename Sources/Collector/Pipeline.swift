import Fetch
import SpoolStore
import Threads
import WheelModel

/// The threads of a run: workers that read assets, and one that commits releases in the order of the listing.
///
/// A release is taken in only while few are under way and little of the budget is in use, so that a slow commit holds
/// back the workers, these the listing, and nothing piles up.
final class Pipeline: Sendable {
  private let context: RunContext
  private let releases: Channel<ReleaseInFlight>
  private let jobs: Channel<AssetJob>
  private let underWay = Lock(0)
  private let threads: [Thread]

  /// Starts the threads. Throws `FetchError` for options that cannot be.
  init(_ context: RunContext) throws(FetchError) {
    // Options are checked here, once; workers make clients of their own.
    _ = try context.makeClient()
    self.context = context
    let limits = context.options.limits
    let releases = Channel<ReleaseInFlight>(capacity: limits.releasesInFlight)
    let jobs = Channel<AssetJob>(capacity: 2 * max(context.options.jobs, 1))
    self.releases = releases
    self.jobs = jobs
    let reader = AssetReader(limits: limits, budget: context.budget) {
      guard let writer = context.writer else { throw RequestFailure.stopped }
      return try writer.largeDocument()
    }
    let underWay = underWay
    var threads: [Thread] = []
    for _ in 0..<max(context.options.jobs, 1) {
      threads.append(Thread { Self.work(context, jobs, reader) })
    }
    threads.append(
      Thread {
        while let release = releases.receive() {
          ReleaseCommit(context, release).run()
          underWay.withLock { $0 -= 1 }
        }
      })
    self.threads = threads
  }

  /// Takes a release in, waiting for room. Returns false when the run is ending.
  func take(_ release: ReleaseInFlight) -> Bool {
    let limits = context.options.limits
    while !context.isEnding {
      let isIn: Bool? = underWay.wait(timeout: 0.2) { count in
        let hasRoom = count < limits.releasesInFlight && context.budget.reserved <= limits.budgetBytes / 2
        guard count == 0 || hasRoom else { return nil }
        count += 1
        return true
      }
      guard isIn == true else { continue }
      // Read before the commit thread may take the results away.
      let open = release.open
      releases.send(release)
      for index in open { jobs.send(AssetJob(release: release, index: index)) }
      return true
    }
    return false
  }

  /// Waits until everything that was taken in is committed or given up.
  func drain() { _ = underWay.wait { $0 == 0 ? true : nil } }

  /// Ends the threads once they have finished what was taken in.
  func close() {
    jobs.close()
    releases.close()
    for thread in threads { thread.join() }
  }

  /// One worker: a client of its own, kept alive from asset to asset.
  private static func work(_ context: RunContext, _ jobs: Channel<AssetJob>, _ reader: AssetReader) {
    let client = try? context.makeClient()
    while let job = jobs.receive() {
      let repository = job.release.key.repository
      guard let client, !context.isEnding, !context.isEnded(repository) else {
        job.release.finish(job.index, .stopped)
        continue
      }
      let requester = Requester(context, repository: repository, client: client.client, origin: client.origin)
      job.release.finish(job.index, job.run(requester, reader: reader, context: context))
      context.meter.report()
    }
  }
}
