public import SpoolStore
public import WheelModel

/// Hears what a run does. Calls come one at a time, on changing threads, and must be short.
public protocol CollectObserver: Sendable {
  /// Takes an event.
  func receive(_ event: CollectEvent)
}

/// Something that happened in a run.
public enum CollectEvent: Sendable {
  /// The run asks an instance, directly or through a proxy.
  case asking(String, proxy: String?)
  /// A page of a listing was read: how many releases the walk has seen so far, and how many the server counts.
  case listing(RepositoryKey, page: Int, releases: Int, total: Int?)
  /// A listing was read to its end.
  case listed(RepositoryKey, releases: Int, isUnchanged: Bool)
  /// A release is to be read; in a dry run that is all.
  case planned(ReleaseKey, assets: Int)
  /// A release is in the store: its commit has returned.
  case committed(ReleaseKey, sequence: UInt64, artifacts: Int)
  /// A release was found gone and marked; in a dry run (sequence 0) it would be.
  case withdrawn(ReleaseKey, sequence: UInt64)
  /// Something failed and was recorded (in a dry run: would be).
  case failed(Failure)
  /// A request waits before it is tried again.
  case waiting(RepositoryKey, seconds: Double, because: String)
  /// Counts so far, often.
  case progress(RunRecord.Counts)
  /// The run has ended.
  case finished(RunSummary)
}

/// An observer that ignores everything.
public struct SilentObserver: CollectObserver {
  /// Makes one.
  public init() {}

  /// Ignores the event.
  public func receive(_ event: CollectEvent) {}
}
