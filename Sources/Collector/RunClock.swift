import Glibc
import WheelModel

/// The clocks and the chance of a run, so that tests can hold them.
struct RunClock: Sendable {
  /// The time of day, for records. Never used to measure.
  var now: @Sendable () -> Timestamp
  /// Seconds on a clock that only goes forward.
  var seconds: @Sendable () -> Double
  /// A number between 0 and 1.
  var jitter: @Sendable () -> Double

  /// The system's own. Counterpart: `clock_gettime`.
  static let system = RunClock(
    now: {
      var time = timespec()
      unsafe clock_gettime(CLOCK_REALTIME, &time)
      return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    },
    seconds: {
      var time = timespec()
      unsafe clock_gettime(CLOCK_MONOTONIC, &time)
      return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    },
    jitter: { Double.random(in: 0...1) })
}
