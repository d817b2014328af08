import CZstd

/// What zstd, or a check of ours around it, refused.
public struct ZstdError: Error, Equatable, Sendable {
  /// A reason: zstd's own numbers, or one of ours. Unknown numbers survive, so keep a default.
  public struct Code: RawRepresentable, Hashable, Sendable {
    /// The number as zstd gave it. Counterpart: `ZSTD_ErrorCode`.
    public let rawValue: UInt32

    /// Takes a number as it is.
    public init(rawValue: UInt32) { self.rawValue = rawValue }
  }

  /// What was being done.
  public enum Operation: String, Sendable {
    /// A frame was being written.
    case compress
    /// A frame was being read.
    case decompress
  }

  /// Why it failed.
  public let code: Code
  /// What was being done.
  public let operation: Operation

  /// Makes an error of its parts.
  public init(_ code: Code, _ operation: Operation) {
    self.code = code
    self.operation = operation
  }

  /// The reason in words. Counterpart: `ZSTD_getErrorString`.
  public var cause: String {
    switch code {
    case .wrongLength: "the content is not as long as recorded"
    case .trailingBytes: "bytes follow the end of the frame"
    case .truncated: "the frame ends too early"
    // Safety: the function returns a constant C string for every number.
    default: unsafe String(cString: ZSTD_getErrorString(ZSTD_ErrorCode(code.rawValue)))
    }
  }
}

extension ZstdError: CustomStringConvertible {
  /// Operation and cause in one line.
  public var description: String { "zstd \(operation.rawValue): \(cause) (\(code.rawValue))" }
}

extension ZstdError.Code {
  /// The content does not have the checksum of the frame. Counterpart: `ZSTD_error_checksum_wrong`.
  public static let checksumWrong = Self(ZSTD_error_checksum_wrong)
  /// The frame is damaged. Counterpart: `ZSTD_error_corruption_detected`.
  public static let corrupted = Self(ZSTD_error_corruption_detected)
  /// The bytes do not begin as a zstd frame does. Counterpart: `ZSTD_error_prefix_unknown`.
  public static let notZstd = Self(ZSTD_error_prefix_unknown)
  /// The frame needs a larger window than was allowed. Counterpart: `ZSTD_error_frameParameter_windowTooLarge`.
  public static let windowTooLarge = Self(ZSTD_error_frameParameter_windowTooLarge)
  /// No memory for a context. Counterpart: `ZSTD_error_memory_allocation`.
  public static let outOfMemory = Self(ZSTD_error_memory_allocation)
  /// A level above `Compressor.highestLevel`, or another setting out of range. Counterpart: `ZSTD_error_parameter_outOfBound`.
  public static let settingOutOfRange = Self(ZSTD_error_parameter_outOfBound)
  /// The input is not as long as was pledged, or shorter than a frame. Counterpart: `ZSTD_error_srcSize_wrong`.
  public static let inputLengthWrong = Self(ZSTD_error_srcSize_wrong)
  /// The content is not as long as the caller expects it.
  public static let wrongLength = Self(rawValue: 40_001)
  /// Something follows the frame; exactly one frame is expected.
  public static let trailingBytes = Self(rawValue: 40_002)
  /// The input ended within the frame.
  public static let truncated = Self(rawValue: 40_003)

  init(_ code: ZSTD_ErrorCode) { self.init(rawValue: code.rawValue) }
}

/// Returns what a call of zstd returned, unless it is an error.
@discardableResult
func check(_ result: Int, _ operation: ZstdError.Operation) throws(ZstdError) -> Int {
  guard ZSTD_isError(result) != 0 else { return result }
  throw ZstdError(.init(ZSTD_getErrorCode(result)), operation)
}
