import CZstd

/// A compression context of our own, and the settings every frame gets. Counterpart: `ZSTD_CCtx`.
@safe
struct CompressionContext: ~Copyable {
  // Safety: made in init, freed in deinit, never handed out.
  let handle: OpaquePointer

  init() {
    guard let handle = unsafe ZSTD_createCCtx() else { fatalError("no memory for a compression context") }
    unsafe self.handle = handle
  }

  deinit { unsafe ZSTD_freeCCtx(handle) }

  /// The memory the context holds, in bytes. Counterpart: `ZSTD_sizeof_CCtx`.
  var memoryBytes: Int { unsafe ZSTD_sizeof_CCtx(handle) }

  /// Forgets the last frame and its settings, keeping the memory.
  func reset(level: Int, windowLog: Int, isLongDistance: Bool) throws(ZstdError) {
    guard (1...Compressor.highestLevel).contains(level) else { throw ZstdError(.settingOutOfRange, .compress) }
    try check(unsafe ZSTD_CCtx_reset(handle, ZSTD_reset_session_and_parameters), .compress)
    try set(ZSTD_c_compressionLevel, level)
    try set(ZSTD_c_checksumFlag, 1)
    try set(ZSTD_c_windowLog, windowLog)
    if isLongDistance { try set(ZSTD_c_enableLongDistanceMatching, 1) }
  }

  /// Looks matches up in one table of the prefix instead of two: a quarter less work, and against a prefix that resembles
  /// the input the frames are as small. For level 3 and below.
  func searchFast() throws(ZstdError) {
    try set(ZSTD_c_strategy, Int(ZSTD_fast.rawValue))
    try set(ZSTD_c_hashLog, 16)
    try set(ZSTD_c_minMatch, 6)
  }

  private func set(_ parameter: ZSTD_cParameter, _ value: Int) throws(ZstdError) {
    try check(unsafe ZSTD_CCtx_setParameter(handle, parameter, CInt(clamping: value)), .compress)
  }
}
