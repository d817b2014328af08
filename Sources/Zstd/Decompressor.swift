import CZstd

/// Reads frames of known length whole; keeps its context from one to the next.
///
/// For one thread at a time. Never writes more than the length it is told, whatever a frame claims.
/// Counterpart: `ZSTD_decompressDCtx`, `ZSTD_DCtx_refPrefix`. Memory: about 125 KB, beside the content.
public final class Decompressor {
  private let context = DecompressionContext()

  /// Makes a decompressor.
  public init() {}

  /// The memory the context holds, in bytes.
  public var memoryBytes: Int { context.memoryBytes }

  /// Replaces `output` by the content of one frame, which must be `rawLength` bytes long.
  ///
  /// `prefix` must hold the very bytes the frame was made with. The storage of `output` is used again where it is large
  /// enough. Throws `wrongLength`, `trailingBytes`, `checksumWrong` (also for another prefix), `corrupted`, `notZstd`,
  /// `inputLengthWrong` for a frame cut short; `output` is empty then.
  public func decompress(
    _ frame: Span<UInt8>, prefix: Span<UInt8>? = nil, rawLength: Int, into output: inout [UInt8]
  ) throws(ZstdError) {
    output.removeAll(keepingCapacity: true)
    // Safety: the pointer is used inside the closure only, for as many bytes as the span has.
    let frameLength = unsafe frame.withUnsafeBufferPointer { frame in
      unsafe ZSTD_findFrameCompressedSize(frame.baseAddress, frame.count)
    }
    guard try check(frameLength, .decompress) == frame.count else { throw ZstdError(.trailingBytes, .decompress) }
    guard rawLength >= 0 else { throw ZstdError(.wrongLength, .decompress) }
    do throws(ZstdError) {
      if let prefix, prefix.count > 0 {
        try unsafe prefix.withUnsafeBufferPointer { (prefix) throws(ZstdError) in
          try context.reset(windowLogMax: Compressor.largestWindowLog)
          // Safety: referred to until the frame is finished in this closure.
          try check(unsafe ZSTD_DCtx_refPrefix(context.handle, prefix.baseAddress, prefix.count), .decompress)
          try decompress(frame, exactly: rawLength, into: &output)
        }
      } else {
        try context.reset(windowLogMax: Compressor.largestWindowLog)
        try decompress(frame, exactly: rawLength, into: &output)
      }
    } catch {
      output.removeAll(keepingCapacity: true)
      throw error
    }
  }

  private func decompress(
    _ frame: Span<UInt8>, exactly rawLength: Int, into output: inout [UInt8]
  ) throws(ZstdError) {
    var result = 0
    output.append(addingCapacity: rawLength) { room in
      // Safety: zstd writes at most the room there is, and the count is what it says it wrote.
      unsafe room.withUnsafeMutableBufferPointer { output, count in
        result = unsafe frame.withUnsafeBufferPointer { frame in
          unsafe ZSTD_decompressDCtx(context.handle, output.baseAddress, rawLength, frame.baseAddress, frame.count)
        }
        count = ZSTD_isError(result) != 0 ? 0 : result
      }
    }
    if ZSTD_isError(result) != 0 && ZSTD_getErrorCode(result) == ZSTD_error_dstSize_tooSmall {
      throw ZstdError(.wrongLength, .decompress)
    }
    guard try check(result, .decompress) == rawLength else { throw ZstdError(.wrongLength, .decompress) }
  }
}

/// A decompression context of our own. Counterpart: `ZSTD_DCtx`.
@safe
struct DecompressionContext: ~Copyable {
  // Safety: made in init, freed in deinit, never handed out.
  let handle: OpaquePointer

  init() {
    guard let handle = unsafe ZSTD_createDCtx() else { fatalError("no memory for a decompression context") }
    unsafe self.handle = handle
  }

  deinit { unsafe ZSTD_freeDCtx(handle) }

  /// The memory the context holds, in bytes. Counterpart: `ZSTD_sizeof_DCtx`.
  var memoryBytes: Int { unsafe ZSTD_sizeof_DCtx(handle) }

  /// Forgets the last frame, keeping the memory.
  func reset(windowLogMax: Int) throws(ZstdError) {
    try check(unsafe ZSTD_DCtx_reset(handle, ZSTD_reset_session_and_parameters), .decompress)
    try check(
      unsafe ZSTD_DCtx_setParameter(handle, ZSTD_d_windowLogMax, CInt(clamping: windowLogMax)), .decompress)
  }
}
