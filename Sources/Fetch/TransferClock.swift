/// Keeps the time of one request against ``TimeLimits``: told how long was waited and what came, never asks a clock.
struct TransferClock {
  /// Where a request stands.
  enum Phase {
    case connecting, awaitingHeaders, readingBody
  }

  private let limits: TimeLimits
  private var phase = Phase.connecting
  private var inPhase = 0.0
  private var total = 0.0
  private var spanSeconds = 0.0
  private var spanBytes = 0

  init(limits: TimeLimits) { self.limits = limits }

  /// Notes the phase; a new one starts its time anew. A redirect goes back to connecting.
  mutating func enter(_ phase: Phase) {
    guard phase != self.phase else { return }
    self.phase = phase
    inPhase = 0
    spanSeconds = 0
    spanBytes = 0
  }

  /// Adds time spent with the network and body bytes that came; returns the exceeded limit in words, or nil.
  mutating func add(seconds: Double, bytes: Int) -> String? {
    total += seconds
    inPhase += seconds
    if total > limits.total { return "the whole request took more than \(Self.text(limits.total))" }
    switch phase {
    case .connecting:
      return inPhase > limits.connect ? "no connection within \(Self.text(limits.connect))" : nil
    case .awaitingHeaders:
      return inPhase > limits.firstByte ? "no answer within \(Self.text(limits.firstByte))" : nil
    case .readingBody:
      spanSeconds += seconds
      spanBytes += bytes
      guard spanSeconds >= limits.lowSpeedSpan else { return nil }
      let isSlow = Double(spanBytes) < Double(limits.lowSpeedBytesPerSecond) * spanSeconds
      let came = spanBytes
      spanSeconds = 0
      spanBytes = 0
      return isSlow ? "only \(came) bytes came within \(Self.text(limits.lowSpeedSpan))" : nil
    }
  }

  private static func text(_ seconds: Double) -> String {
    seconds == seconds.rounded() ? "\(Int(exactly: seconds) ?? .max) s" : "\(seconds) s"
  }
}
