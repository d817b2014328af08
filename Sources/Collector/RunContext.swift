import SpoolStore
import Threads
import WheelModel

/// What all threads of a run share.
final class RunContext: Sendable {
  let options: CollectOptions
  let store: Store?
  let stop: StopSignal
  let clock: RunClock
  let policy: RetryPolicy
  let retries: RetryBudget
  let throttle = Throttle()
  let budget: ByteBudget
  let meter: RunMeter
  let repositories = Lock<[RepositoryKey: RepositoryState]>([:])
  private let fatal = Lock<StoreError?>(nil)

  init(
    _ options: CollectOptions, store: Store?, observer: any CollectObserver, stop: StopSignal, clock: RunClock
  ) {
    self.options = options
    self.store = store
    self.stop = stop
    self.clock = clock
    policy = RetryPolicy(
      firstWait: options.limits.firstWait, longestWait: options.limits.longestWait, attempts: options.limits.attempts)
    retries = RetryBudget(options.limits.retryBudget, deadRequests: options.limits.deadRequests)
    budget = ByteBudget(limit: options.limits.budgetBytes)
    meter = RunMeter(observer)
  }

  /// The store's refusal that ends the run.
  var storeError: StoreError? { fatal.withLock { $0 } }

  /// Ends the run because the store refuses; the first refusal counts.
  func end(with error: StoreError) {
    fatal.withLock { fatal in if fatal == nil { fatal = error } }
  }

  /// Whether no new work is to be begun.
  var isEnding: Bool { stop.isRaised || storeError != nil }

  /// Runs something that the store does, and ends the run when it refuses. Nil on refusal and without a store.
  func storing<R>(_ body: (Store) throws -> R) -> R? {
    guard let store else { return nil }
    do {
      return try body(store)
    } catch let error as StoreError {
      end(with: error)
    } catch {
      end(with: StoreError(.unusable, .usage, operation: "use the store", cause: "\(error)"))
    }
    return nil
  }

  /// The writer of a run that may write.
  var writer: StoreWriter? { options.dryRun ? nil : store?.writer }
}
