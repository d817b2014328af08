import Collector
import Glibc
import Threads

/// Turns SIGINT and SIGTERM into a wish to stop; a second one ends the process at once.
enum SignalWatch {
  /// Begins to watch. Must be called before any other thread is started, so that all of them leave the signals alone.
  static func start() -> StopSignal {
    let stop = StopSignal()
    var signals = sigset_t()
    unsafe sigemptyset(&signals)
    unsafe sigaddset(&signals, SIGINT)
    unsafe sigaddset(&signals, SIGTERM)
    unsafe pthread_sigmask(SIG_BLOCK, &signals, nil)
    _ = Thread(stackBytes: 1 << 18) {
      var watched = sigset_t()
      unsafe sigemptyset(&watched)
      unsafe sigaddset(&watched, SIGINT)
      unsafe sigaddset(&watched, SIGTERM)
      while true {
        var number: Int32 = 0
        guard unsafe sigwait(&watched, &number) == 0 else { continue }
        if stop.isRaised { _exit(128 + number) }
        stop.raise(number)
      }
    }
    return stop
  }
}
