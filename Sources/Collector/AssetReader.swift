import Digest
import Tarball
public import Threads
import WheelModel

/// Reads assets: inflates, takes the wanted members out of the tar, validates them and makes documents of them, all while
/// the bytes pass. Safe to use by several threads, each with an asset of its own.
public struct AssetReader: Sendable {
  /// Requirements and constraints of more bytes than this, together, are read one asset at a time.
  static let freeTextBytes = 1 << 20

  let limits: CollectLimits
  let budget: ByteBudget
  let buffers: BufferPool
  let openSink: @Sendable () throws -> any LargeDocumentSink
  /// A token that an asset with long texts holds: they cannot be streamed, so that two at a time might be too much.
  let longTexts = Channel<Void>(capacity: 1)

  /// Makes a reader; `budget` is shared by all that hold raw documents, which take their room out of `buffers`;
  /// `largeDocument` opens a sink for one.
  public init(
    limits: CollectLimits, budget: ByteBudget, buffers: BufferPool = BufferPool(),
    largeDocument: @escaping @Sendable () throws -> any LargeDocumentSink
  ) {
    self.limits = limits
    self.budget = budget
    self.buffers = buffers
    self.openSink = largeDocument
  }

  /// Reads one asset to its end.
  ///
  /// `source` replaces the content of the array by the next bytes of the asset and returns their count, 0 at the end.
  /// Throws `AssetFailure` for what is wrong with the bytes; errors of `source` and of the sinks pass through unchanged.
  /// After an error nothing of the asset is left in the sinks.
  public func read(source: @escaping (inout [UInt8]) throws -> Int) throws -> AssetContent {
    let meter = AssetMeter(source: source)
    var limits = TarLimits()
    limits.archiveBytes = self.limits.assetBytes
    limits.inflatedBytes = self.limits.inflatedBytes
    limits.members = self.limits.members
    limits.headerBytes = self.limits.headerBytes
    let reading = AssetReading(self)
    do {
      let tar = try TarReader(limits: limits) { buffer in try meter.read(into: &buffer) }
      while let entry = try tar.next() { try reading.take(entry, of: tar) }
      return try reading.finish(meter)
    } catch {
      reading.discard()
      switch error {
      case let error as ContentError: throw AssetFailure(error, member: reading.current)
      case let error as TarballError: throw AssetFailure(error, member: reading.current)
      default: throw error
      }
    }
  }
}

/// Counts and digests the bytes of an asset on their way to the inflater.
final class AssetMeter {
  private let source: (inout [UInt8]) throws -> Int
  private var digest = SHA256()
  private(set) var size: UInt64 = 0

  init(source: @escaping (inout [UInt8]) throws -> Int) { self.source = source }

  func read(into buffer: inout [UInt8]) throws -> Int {
    let count = try source(&buffer)
    if count > 0 {
      digest.update(buffer.span.extracting(first: count))
      size += UInt64(count)
    }
    return count
  }

  /// Ends the digest and returns it; the next one begins.
  func finish() -> SHA256Digest {
    var ended = SHA256()
    swap(&ended, &digest)
    return ended.finalize()
  }
}
