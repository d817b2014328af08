import Glibc
import WheelModel

/// The two clocks an export looks at.
enum Clock {
  /// Seconds that only go forward, from an unknown start. Counterpart: `CLOCK_MONOTONIC`.
  static var seconds: Double {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// The wall clock's time: for columns that tell a reader when a row was written, and for nothing else.
  static var now: Timestamp {
    var time = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &time)
    return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
  }

  /// Waits, asking five times a second whether to stop. Throws `.interrupted` then.
  static func sleep(seconds wanted: Double, shouldStop: () -> Bool) throws(ExportError) {
    let end = seconds + wanted
    while true {
      if shouldStop() {
        throw ExportError(.targetFailed, .interrupted, operation: "wait", cause: "stopped on request")
      }
      let rest = end - seconds
      guard rest > 0 else { return }
      usleep(UInt32(min(rest, 0.2) * 1e6) + 1)
    }
  }
}
