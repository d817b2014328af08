import Inspector
import SpoolStore

/// Knows how far a run is: releases done and listed, the rate of the download, the time that is left. Asks no clock.
struct CollectProgress {
  /// The span in seconds over which the rate is measured.
  private static let rateSpan = 3.0

  private var listedBefore: UInt64 = 0
  private var listed: UInt64 = 0
  private var counts = RunRecord.Counts()
  /// When the counts were first taken.
  private var began: Double?
  private var samples: [(time: Double, bytes: UInt64)] = []

  /// Takes a page of the listing under way.
  mutating func sawPage(releases: Int, total: Int?) { listed = UInt64(clamping: max(releases, total ?? 0)) }

  /// Takes the end of a listing.
  mutating func listedAll(releases: Int) {
    listedBefore += UInt64(clamping: releases)
    listed = 0
  }

  /// Takes the counts of a moment.
  mutating func note(_ counts: RunRecord.Counts, at time: Double) {
    self.counts = counts
    if began == nil { began = time }
    samples.append((time, counts.downloadedBytes))
    while samples.count > 2, samples[1].time <= time - Self.rateSpan { samples.removeFirst() }
  }

  private var done: UInt64 { counts.committed + counts.unchanged }
  private var total: UInt64 { max(listedBefore + listed, done) }

  /// Bytes a second, lately.
  private var rate: Double {
    guard let first = samples.first, let last = samples.last, last.time > first.time else { return 0 }
    return Double(last.bytes - first.bytes) / (last.time - first.time)
  }

  /// The seconds that the rest will take if it goes on like this; nil before anything was committed.
  private var secondsLeft: Double? {
    guard let began, let now = samples.last?.time, counts.committed > 0, now > began else { return nil }
    return (now - began) / Double(counts.committed) * Double(total - done)
  }

  /// The line for a terminal of so many columns.
  func line(columns: Int) -> String {
    var text = "\(done)/\(total) releases, \(counts.artifacts) artifacts, \(HumanSize.text(counts.downloadedBytes))"
    text += ", \(HumanSize.text(UInt64(exactly: rate.rounded()) ?? 0))/s"
    if let secondsLeft { text += ", ETA " + Self.duration(secondsLeft) }
    if counts.failures > 0 { text += ", \(counts.failures) failures" }
    let room = min(30, columns - text.utf8.count - 4)
    guard room >= 5, total > 0 else { return String(text.prefix(max(columns - 1, 0))) }
    let filled = Int(clamping: UInt64(room) * done / total)
    return "[" + String(repeating: "=", count: filled) + String(repeating: " ", count: room - filled) + "] " + text
  }

  /// Writes seconds as `0:07`, `12:34` or `1:02:03`.
  static func duration(_ seconds: Double) -> String {
    let all = Int(exactly: min(max(seconds, 0), 359_999).rounded(.up)) ?? 0
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let minutes = all / 60 % 60
    return all < 3600 ? "\(minutes):\(two(all % 60))" : "\(all / 3600):\(two(minutes)):\(two(all % 60))"
  }
}
