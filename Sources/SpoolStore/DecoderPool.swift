import Threads

/// Decoders that reads borrow, so that not every read makes a context of its own.
final class DecoderPool: Sendable {
  /// A decoder between two uses: only who has taken it out may touch it.
  private final class Idle: @unchecked Sendable {
    let decoder: DocumentDecoder

    init(_ decoder: DocumentDecoder) { self.decoder = decoder }
  }

  private static let keptDecoders = 4
  private let idle = Lock<[Idle]>([])

  func with<R>(_ body: (DocumentDecoder) throws -> R) rethrows -> R {
    let taken = idle.withLock { $0.popLast() } ?? Idle(DocumentDecoder())
    defer {
      idle.withLock { idle in
        if idle.count < Self.keptDecoders { idle.append(taken) }
      }
    }
    return try body(taken.decoder)
  }
}
