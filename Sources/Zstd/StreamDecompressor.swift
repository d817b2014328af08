import CZstd

/// Reads one frame that arrives in pieces and hands its content on in pieces; memory is bounded by the window allowed.
///
/// For one thread at a time; `restart` begins the next frame. Memory: 2.7 MB for the default window of
/// `StreamCompressor`, at most 9 MB for the largest. Counterpart: `ZSTD_decompressStream`.
public final class StreamDecompressor {
  /// The largest window a frame may ask for, as a power of two: 8 MiB.
  public static let largestWindowLog = 23

  private let context = DecompressionContext()
  private var piece: [UInt8]
  private var expected: Int
  private var produced = 0
  private var isAtEnd = false

  /// Makes a decompressor of one frame with exactly `rawLength` bytes of content, in pieces of at most `pieceBytes`.
  public init(rawLength: Int, pieceBytes: Int = 64 << 10) throws(ZstdError) {
    piece = [UInt8](repeating: 0, count: max(pieceBytes, 1))
    expected = rawLength
    try restart(rawLength: rawLength)
  }

  /// The memory the decompressor holds, in bytes.
  public var memoryBytes: Int { context.memoryBytes + piece.count }

  /// Forgets an unfinished frame and begins the next.
  public func restart(rawLength: Int) throws(ZstdError) {
    (expected, produced, isAtEnd) = (rawLength, 0, false)
    try context.reset(windowLogMax: Self.largestWindowLog)
  }

  /// Adds bytes of the frame; calls `emit` with each piece of content, valid until it returns.
  ///
  /// The checksum is known to be right only once `finish` has returned. Throws `wrongLength` beyond the length expected,
  /// `trailingBytes` after the end of the frame, `checksumWrong`, `corrupted`, `notZstd`, `windowTooLarge`, or what
  /// `emit` throws.
  public func feed(_ bytes: Span<UInt8>, emit: (Span<UInt8>) throws -> Void) throws {
    var taken = 0
    while true {
      if isAtEnd {
        guard taken == bytes.count else { throw ZstdError(.trailingBytes, .decompress) }
        return
      }
      var written = 0
      // Safety: both pointers are used inside the closures only; zstd stays within the sizes given with them.
      let rest = unsafe bytes.withUnsafeBufferPointer { bytes in
        unsafe piece.withUnsafeMutableBufferPointer { piece in
          var input = unsafe ZSTD_inBuffer(src: bytes.baseAddress, size: bytes.count, pos: taken)
          var output = unsafe ZSTD_outBuffer(dst: piece.baseAddress, size: piece.count, pos: 0)
          let rest = unsafe ZSTD_decompressStream(context.handle, &output, &input)
          (taken, written) = unsafe (input.pos, output.pos)
          return rest
        }
      }
      try check(rest, .decompress)
      isAtEnd = rest == 0
      guard written <= expected - produced else { throw ZstdError(.wrongLength, .decompress) }
      produced += written
      if written > 0 {
        let ready = piece
        try emit(ready.span.extracting(0..<written))
      }
      if !isAtEnd && taken == bytes.count && written < piece.count { return }
    }
  }

  /// Checks that the frame has ended, its checksum right, and that all content came. Throws `truncated`, `wrongLength`.
  public func finish() throws(ZstdError) {
    guard isAtEnd else { throw ZstdError(.truncated, .decompress) }
    guard produced == expected else { throw ZstdError(.wrongLength, .decompress) }
  }
}
