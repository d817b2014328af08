import CZstd

/// Compresses content that arrives in pieces into one frame that leaves in pieces; memory does not grow with either.
///
/// For one thread at a time; `restart` begins the next frame. Memory at level 3: 3.7 MB with the default window of 2 MiB,
/// 5.8 MB with 4 MiB, 10 MB with 8 MiB, the piece of 64 KiB included. Counterpart: `ZSTD_compressStream2`.
public final class StreamCompressor {
  /// The default window, as a power of two: 2 MiB.
  public static let defaultWindowLog = 21

  private let context = CompressionContext()
  private let level: Int
  private let windowLog: Int
  private var piece: [UInt8]

  /// Makes a compressor whose pieces are at most `pieceBytes` long.
  ///
  /// With `pledgedBytes` the frame records the length of its content, which must then come out so.
  /// Throws `settingOutOfRange` for a level outside `1...Compressor.highestLevel` or a window outside 10…23.
  public init(
    level: Int = 3, windowLog: Int = defaultWindowLog, pieceBytes: Int = 64 << 10, pledgedBytes: Int? = nil
  ) throws(ZstdError) {
    guard (10...StreamDecompressor.largestWindowLog).contains(windowLog) else {
      throw ZstdError(.settingOutOfRange, .compress)
    }
    self.level = level
    self.windowLog = windowLog
    piece = [UInt8](repeating: 0, count: max(pieceBytes, 1))
    try restart(pledgedBytes: pledgedBytes)
  }

  /// The memory the compressor holds, in bytes.
  public var memoryBytes: Int { context.memoryBytes + piece.count }

  /// Forgets an unfinished frame and begins the next.
  public func restart(pledgedBytes: Int? = nil) throws(ZstdError) {
    try context.reset(level: level, windowLog: windowLog, isLongDistance: false)
    guard let pledgedBytes else { return }
    guard let pledged = UInt64(exactly: pledgedBytes) else { throw ZstdError(.settingOutOfRange, .compress) }
    try check(unsafe ZSTD_CCtx_setPledgedSrcSize(context.handle, pledged), .compress)
  }

  /// Adds content; calls `emit` with each piece of the frame that is ready, valid until it returns.
  ///
  /// Throws `inputLengthWrong` beyond the pledge, or what `emit` throws; the frame is lost then.
  public func write(_ bytes: Span<UInt8>, emit: (Span<UInt8>) throws -> Void) throws {
    try run(bytes, ZSTD_e_continue, emit)
  }

  /// Ends the frame; calls `emit` with the rest of it. Throws `inputLengthWrong` below the pledge. Then `restart`.
  public func finish(emit: (Span<UInt8>) throws -> Void) throws {
    try run([UInt8]().span, ZSTD_e_end, emit)
  }

  private func run(_ bytes: Span<UInt8>, _ mode: ZSTD_EndDirective, _ emit: (Span<UInt8>) throws -> Void) throws {
    var taken = 0
    while true {
      var written = 0
      // Safety: both pointers are used inside the closures only; zstd stays within the sizes given with them.
      let rest = unsafe bytes.withUnsafeBufferPointer { bytes in
        unsafe piece.withUnsafeMutableBufferPointer { piece in
          var input = unsafe ZSTD_inBuffer(src: bytes.baseAddress, size: bytes.count, pos: taken)
          var output = unsafe ZSTD_outBuffer(dst: piece.baseAddress, size: piece.count, pos: 0)
          let rest = unsafe ZSTD_compressStream2(context.handle, &output, &input, mode)
          (taken, written) = unsafe (input.pos, output.pos)
          return rest
        }
      }
      try check(rest, .compress)
      if written > 0 {
        let ready = piece
        try emit(ready.span.extracting(0..<written))
      }
      if mode == ZSTD_e_end ? rest == 0 : taken == bytes.count && written < piece.count { return }
    }
  }
}
