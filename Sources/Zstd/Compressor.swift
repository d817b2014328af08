import CZstd

/// Compresses values that are held whole, each into one frame; keeps its context from one to the next.
///
/// For one thread at a time. Frames carry a checksum and the length of their content. With a *prefix*, bytes that the
/// reader has too, a frame holds little more than what differs from it. Counterpart: `ZSTD_compress2`, `ZSTD_CCtx_refPrefix`.
///
/// Memory at level 3, kept between frames: 1.3 MB for values of 280 KB, 3.5 MB for values and prefixes of 8 MiB. At level
/// 9 it is 7 and 15 MB, at level 12 7 and 53 MB. See `memoryBytes`.
public final class Compressor {
  /// The highest level taken: those above need much memory and bring little.
  public static let highestLevel = 12
  /// The largest window, as a power of two (128 MiB): content further back than this is not found again.
  public static let largestWindowLog = 27
  /// From this many bytes of prefix and input on, matches far back are looked for too.
  public static let longDistanceBytes = 1 << 20

  /// A buffer larger than this is not kept from one frame to the next.
  private static let keptBytes = 1 << 20

  private let context = CompressionContext()
  private var buffer: [UInt8] = []

  /// Makes a compressor; memory is taken at the first use.
  public init() {}

  /// The memory the context holds, in bytes.
  public var memoryBytes: Int { context.memoryBytes }

  /// Compresses `input` into one frame, against `prefix` when there is one.
  ///
  /// `prefix` and `input` may overlap (then a copy is made). Throws `settingOutOfRange` for a level outside
  /// `1...highestLevel`, `outOfMemory`.
  public func compress(
    _ input: Span<UInt8>, prefix: Span<UInt8>? = nil, level: Int = 3
  ) throws(ZstdError) -> [UInt8] {
    guard let prefix, prefix.count > 0 else { return try unsafe compress(input, prefixBytes: nil, level: level) }
    // Safety: the pointers are used inside the closures only, and the frame is finished there.
    return try unsafe prefix.withUnsafeBufferPointer { (prefix) throws(ZstdError) in
      let overlaps = unsafe input.withUnsafeBufferPointer { unsafe Self.overlap($0, prefix) }
      guard overlaps else { return try unsafe compress(input, prefixBytes: prefix, level: level) }
      // zstd silently finds nothing in a prefix that shares memory with the input.
      let copy = unsafe Array(prefix)
      return try unsafe copy.span.withUnsafeBufferPointer { (prefix) throws(ZstdError) in
        try unsafe compress(input, prefixBytes: prefix, level: level)
      }
    }
  }

  private func compress(
    _ input: Span<UInt8>, prefixBytes: UnsafeBufferPointer<UInt8>?, level: Int
  ) throws(ZstdError) -> [UInt8] {
    let reach = unsafe input.count + (prefixBytes?.count ?? 0)
    try context.reset(
      level: level, windowLog: Self.windowLog(for: reach), isLongDistance: reach >= Self.longDistanceBytes)
    if unsafe prefixBytes != nil, level <= 3, reach < Self.longDistanceBytes { try context.searchFast() }
    if let prefixBytes = unsafe prefixBytes {
      // Safety: referred to until the frame is finished below; the caller keeps it that long.
      try check(unsafe ZSTD_CCtx_refPrefix(context.handle, prefixBytes.baseAddress, prefixBytes.count), .compress)
    }
    let bound = ZSTD_compressBound(input.count)
    var result = 0
    buffer.removeAll(keepingCapacity: true)
    defer { if buffer.capacity > Self.keptBytes { buffer = [] } }
    buffer.append(addingCapacity: bound) { room in
      // Safety: zstd writes at most the room there is, and the count is what it says it wrote.
      unsafe room.withUnsafeMutableBufferPointer { output, count in
        result = unsafe input.withUnsafeBufferPointer { input in
          unsafe ZSTD_compress2(context.handle, output.baseAddress, bound, input.baseAddress, input.count)
        }
        count = ZSTD_isError(result) != 0 ? 0 : result
      }
    }
    try check(result, .compress)
    // A frame that is kept must not keep the room there was for it.
    return unsafe buffer.withUnsafeBufferPointer { unsafe Array($0) }
  }

  /// The smallest window, as a power of two, that reaches over `bytes`; between 10 and `largestWindowLog`.
  static func windowLog(for bytes: Int) -> Int {
    let needed = bytes <= 1 ? 0 : Int.bitWidth - (bytes - 1).leadingZeroBitCount
    return min(max(needed, 10), largestWindowLog)
  }

  private static func overlap(_ a: UnsafeBufferPointer<UInt8>, _ b: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let startA = a.baseAddress, let startB = b.baseAddress else { return false }
    return unsafe startA < startB + b.count && startB < startA + a.count
  }
}
