import CPosix
import Fetch
import SpoolStore
import Threads
import WheelModel

/// The threads of a run: workers that read assets, and one that commits releases in the order of the listing.
///
/// A release is taken in only while few assets are under way and half of the budget is free, so that a slow commit holds
/// back the workers, these the listing, and nothing piles up.
final class Pipeline: Sendable {
  /// What is between the listing and its commit.
  private struct UnderWay {
    var releases = 0
    var assets = 0
  }

  /// How many assets may be under way beyond one for each worker before another release is taken in: enough that no worker
  /// waits for the listing, and no more, since what waits for its commit is memory.
  private static let assetsAhead = 3
  /// After how many commits holes in the heap go back to the system. They add up over thousands of releases, as blocks of
  /// all sizes come and go, while giving them back costs less than one commit.
  private static let commitsPerTrim = 16

  private let context: RunContext
  private let releases: Channel<ReleaseInFlight>
  private let jobs: Channel<AssetJob>
  private let underWay = Lock(UnderWay())
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
    let buffers = context.store?.buffers ?? BufferPool()
    let reader = AssetReader(limits: limits, budget: context.budget, buffers: buffers) {
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
        var commits = 0
        while let release = releases.receive() {
          ReleaseCommit(context, release).run()
          commits += 1
          if commits % Self.commitsPerTrim == 0 { wheelspool_trim_heap() }
          underWay.withLock { underWay in
            underWay.releases -= 1
            underWay.assets -= release.work.fetches.count
          }
        }
      })
    self.threads = threads
  }

  /// Takes a release in, waiting for room. Returns false when the run is ending.
  func take(_ release: ReleaseInFlight) -> Bool {
    let limits = context.options.limits
    while !context.isEnding {
      let isIn: Bool? = underWay.wait(timeout: 0.2) { underWay in
        let hasRoom =
          underWay.releases < limits.releasesInFlight && context.budget.reserved <= limits.budgetBytes / 2
          && underWay.assets < max(context.options.jobs, 1) + Self.assetsAhead
        guard underWay.releases == 0 || hasRoom else { return nil }
        underWay.releases += 1
        underWay.assets += release.work.fetches.count
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
  func drain() { _ = underWay.wait { $0.releases == 0 ? true : nil } }

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
