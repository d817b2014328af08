import Fetch
import Glibc
public import SpoolStore
import WheelModel

/// Brings a store up to date with upstream.
public enum Collector {
  /// Collects the repositories of `options`, one after the other, and returns how it went.
  ///
  /// The store must be open for collecting; a dry run takes one that is open for reading, or none. Returns within about
  /// five seconds once `stop` is raised; what was committed is kept. Everything that can go wrong is in the summary.
  /// The process must ignore SIGPIPE.
  public static func run(
    _ options: CollectOptions, store: Store?, observer: any CollectObserver, stop: StopSignal
  ) -> RunSummary {
    run(options, store: store, observer: observer, stop: stop, clock: .system)
  }

  static func run(
    _ options: CollectOptions, store: Store?, observer: any CollectObserver, stop: StopSignal, clock: RunClock
  ) -> RunSummary {
    precondition(store != nil || options.dryRun, "only a dry run does without a store")
    let context = RunContext(options, store: store, observer: observer, stop: stop, clock: clock)
    let record = context.writer.flatMap { writer in
      context.storing { _ in try writer.beginRun(at: clock.now(), pid: getpid()) }
    }
    var summary = RunSummary(isDryRun: options.dryRun)
    do {
      let pipeline = try Pipeline(context)
      let (client, origin) = try context.makeClient()
      context.meter.tell(.asking(origin.description, proxy: client.proxy))
      for source in options.repositories {
        let requester = Requester(context, repository: source.key, client: client, origin: origin)
        let reader = ListingReader(requester, project: source.project, context: context)
        let collector = RepositoryCollector(context, source: source, pipeline: pipeline, reader: reader)
        let listing = context.isEnding ? .interrupted : collector.run()
        summary.repositories.append(
          RunSummary.Repository(key: source.key, listing: listing, openFailures: collector.openFailures()))
      }
      pipeline.close()
    } catch {
      summary.configurationError = SafeText.escape(error.description)
    }
    summary.counts = context.meter.total
    summary.signal = stop.signal
    summary.storeError = context.storeError
    if var record, context.storeError == nil {
      record.isPart = options.isPart || options.since != nil
      end(record, summary, context)
    }
    summary.storeError = context.storeError
    summary.lastCompleteAt = lastComplete(context)
    context.meter.tell(.finished(summary))
    return summary
  }

  /// When a run last ended with everything in the store: one that was asked for a part only does not know that.
  private static func lastComplete(_ context: RunContext) -> Timestamp? {
    let found = context.storing { store in
      try store.read { snapshot -> Timestamp? in
        var last: Timestamp?
        try snapshot.forEachRun { run in
          guard run.outcome == "complete", !run.isPart else { return true }
          last = run.endedAt
          return false
        }
        return last
      }
    }
    return found ?? nil
  }

  /// Records how the run went.
  private static func end(_ record: RunRecord, _ summary: RunSummary, _ context: RunContext) {
    var record = record
    record.endedAt = context.clock.now()
    record.outcome = summary.outcome
    record.counts = summary.counts
    _ = context.storing { store in
      record.sequence = try store.read { try $0.sequence }
      try store.writer.endRun(record)
    }
  }
}
