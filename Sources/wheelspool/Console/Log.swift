import Glibc
import Inspector
import WheelModel

/// Messages for people and for log collectors, on standard error, one line each.
struct Log: Sendable {
  enum Level: Int, Comparable, Sendable {
    case error, warning, info, debug

    static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }

    var name: String {
      switch self {
      case .error: "error"
      case .warning: "warning"
      case .info: "info"
      case .debug: "debug"
      }
    }
  }

  let level: Level
  let isJSON: Bool

  init(level: Level, isJSON: Bool) {
    self.level = level
    self.isJSON = isJSON
  }

  /// Reads only what matters to messages from arguments that may be wrong otherwise.
  init(arguments: [String]) {
    let place = arguments.firstIndex(of: "--log-format").map { arguments.index(after: $0) }
    isJSON =
      arguments.contains("--log-format=json") || place.map { $0 < arguments.count && arguments[$0] == "json" } ?? false
    level = .info
  }

  func error(_ report: Report) {
    guard isJSON else { return write(report.line) }
    line(.error, report.cause) {
      $0.member("code", report.code)
      $0.member("operation", report.operation)
      $0.member("kept", report.kept)
      $0.member("next", report.next)
      $0.member("exit_code", report.status.code)
    }
  }

  func warning(_ message: @autoclosure () -> String) { emit(.warning, message) }
  func info(_ message: @autoclosure () -> String) { emit(.info, message) }
  func debug(_ message: @autoclosure () -> String) { emit(.debug, message) }

  private func emit(_ level: Level, _ text: () -> String) {
    guard level <= self.level else { return }
    let text = Redaction.clean(text(), limit: 2000)
    if isJSON { return line(level, text) { _ in } }
    write(level == .info ? "wheelspool: " + text : "wheelspool: \(level.name): \(text)")
  }

  private func line(_ level: Level, _ message: String, _ more: (inout JSONCell) -> Void) {
    var json = JSONCell(presentation: Presentation(isTerminal: true))
    json.object {
      $0.member("time", Clock.now.description)
      $0.member("level", level.name)
      $0.member("message", message)
      more(&$0)
    }
    write(String(decoding: json.text, as: UTF8.self))
  }

  private func write(_ line: String) {
    try? FileOutput(descriptor: 2).write(Array((line + "\n").utf8).span)
  }
}

/// The system's clocks.
enum Clock {
  /// The moment, in UTC.
  static var now: Timestamp {
    var time = timespec()
    _ = unsafe clock_gettime(CLOCK_REALTIME, &time)
    return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
  }

  /// Seconds of a clock that never jumps, for durations.
  static var monotonicSeconds: Double {
    var time = timespec()
    _ = unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
