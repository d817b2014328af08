import Glibc

/// One thread of the operating system, running one closure. Counterpart: `pthread_create`.
///
/// Not a task: its code stays on it from the first line to the last, which is what LMDB's writers need.
@safe
public final class Thread: Sendable {
  private let finished = Lock(false)

  /// Starts a thread with a stack of `stackBytes`.
  public init(stackBytes: Int = 1 << 20, body: @escaping @Sendable () -> Void) {
    let start = Start(finished: finished, body: body)
    var attributes = pthread_attr_t()
    // Safety: `Start` is retained here and released by the new thread, which is its only reader.
    let context = unsafe Unmanaged.passRetained(start).toOpaque()
    var handle = pthread_t()
    unsafe pthread_attr_init(&attributes)
    unsafe pthread_attr_setstacksize(&attributes, stackBytes)
    unsafe pthread_attr_setdetachstate(&attributes, CInt(PTHREAD_CREATE_DETACHED))
    let status = unsafe pthread_create(
      &handle, &attributes,
      { context in
        guard let context = unsafe context else { return nil }
        let finished: Lock<Bool>
        do {
          // The closure, and what it holds, is let go before anyone hears of the end.
          let start = unsafe Unmanaged<Start>.fromOpaque(context).takeRetainedValue()
          finished = start.finished
          start.body()
        }
        finished.withLock { $0 = true }
        return nil
      }, context)
    unsafe pthread_attr_destroy(&attributes)
    precondition(status == 0, "the system starts no further thread (error \(status))")
  }

  /// Waits until the closure has returned.
  public func join() {
    _ = finished.wait { $0 ? true : nil }
  }

  private final class Start: Sendable {
    let finished: Lock<Bool>
    let body: @Sendable () -> Void

    init(finished: Lock<Bool>, body: @escaping @Sendable () -> Void) {
      self.finished = finished
      self.body = body
    }
  }
}
