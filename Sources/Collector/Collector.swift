public import SpoolStore

/// Brings a store up to date with upstream.
public enum Collector {
  /// Collects the repositories of `options`, one after the other, and returns how it went.
  ///
  /// The store must be open for collecting; a dry run takes one that is open for reading, or none. Returns within about
  /// five seconds once `stop` is raised; what was committed is kept. Everything that can go wrong is in the summary.
  public static func run(
    _ options: CollectOptions, store: Store?, observer: any CollectObserver, stop: StopSignal
  ) -> RunSummary {
    fatalError("unfinished")
  }
}
