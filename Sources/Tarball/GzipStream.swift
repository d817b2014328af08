import CZlib

/// Inflates a gzip file that is pulled from a source: every member's CRC and length checked, in constant memory.
///
/// Several members in a row count as one stream, as with gzip(1). Zero bytes after the last member are padding, as of tapes;
/// any other byte there is refused. Counterpart: `inflate` (zlib, RFC 1952).
@safe
final class GzipStream {
  private enum State {
    case beforeFirstMember, inMember, betweenMembers, padding, ended
  }

  /// The most bytes one view shows, and the size of the output buffer.
  static let pieceBytes = 64 << 10

  private let limits: TarLimits
  private let source: (inout [UInt8]) throws -> Int
  private let stream: UnsafeMutablePointer<z_stream>
  private var state = State.beforeFirstMember
  private var input: [UInt8] = []
  private var inputStart = 0
  private var inputEnd = 0
  private var compressedBytes = 0
  private var output = [UInt8](repeating: 0, count: GzipStream.pieceBytes)
  private var outputStart = 0
  private var outputEnd = 0
  private var inflatedBytes = 0

  /// Prepares to inflate what `source` delivers: it replaces the array's content and returns the count, 0 at the end.
  init(limits: TarLimits, source: @escaping (inout [UInt8]) throws -> Int) throws(TarballError) {
    self.limits = limits
    self.source = source
    // Safety: zlib keeps this address inside its state, so the structure lives on the heap until deinit ends the stream.
    unsafe stream = .allocate(capacity: 1)
    unsafe stream.initialize(to: z_stream())
    guard unsafe czlib_inflate_init_gzip(stream) == Z_OK else {
      unsafe stream.deallocate()
      throw TarballError(.memory, "inflate", "zlib cannot start", offset: 0)
    }
  }

  deinit {
    unsafe inflateEnd(stream)
    unsafe stream.deallocate()
  }

  /// The inflated bytes handed out so far.
  var offset: Int { inflatedBytes - (outputEnd - outputStart) }

  /// Makes inflated bytes available; false once the whole file, trailers and padding included, was read and found good.
  func fill() throws -> Bool {
    while outputStart == outputEnd {
      if inputStart == inputEnd, state != .ended { try pull() }
      let isAtEnd = inputStart == inputEnd
      switch state {
      case .ended:
        return false
      case .beforeFirstMember:
        guard !isAtEnd else { throw failure(.gzip, "the file is empty") }
        state = .inMember
      case .inMember:
        guard !isAtEnd else { throw failure(.truncated, "the file ends inside a gzip member") }
        try inflatePiece()
      case .betweenMembers:
        if isAtEnd {
          state = .ended
        } else if input[inputStart] == 0x1f {
          unsafe inflateReset(stream)
          state = .inMember
        } else {
          state = .padding
        }
      case .padding:
        for index in inputStart..<inputEnd where input[index] != 0 {
          throw failure(.gzip, "other bytes follow the end of the gzip data")
        }
        inputStart = inputEnd
        if isAtEnd { state = .ended }
      }
    }
    return true
  }

  /// Hands at most `count` of the available bytes to `body` and counts them as consumed, whatever `body` does.
  func take<R>(atMost count: Int, _ body: (Span<UInt8>) throws -> R) rethrows -> R {
    let range = outputStart..<min(outputEnd, outputStart + min(count, Self.pieceBytes))
    outputStart = range.upperBound
    // A reference of its own: should `body` come back to this stream, it gets other bytes but never other memory.
    let output = output
    return try body(output.span.extracting(range))
  }

  private func pull() throws {
    inputStart = 0
    inputEnd = 0
    let count = try source(&input)
    guard count <= limits.archiveBytes - compressedBytes else {
      throw failure(.limit, "more than \(limits.archiveBytes) compressed bytes", limit: "archiveBytes")
    }
    inputEnd = min(max(count, 0), input.count)
    compressedBytes += inputEnd
  }

  private func inflatePiece() throws(TarballError) {
    let availableInput = inputEnd - inputStart
    // Safety: both pointers are used inside the closures only and zlib is told how much stands behind each; the counts
    // fit its 32-bit fields because the output is 64 KiB and the input is cut to 1 GiB.
    let given = min(availableInput, 1 << 30)
    let status = unsafe input.withUnsafeMutableBufferPointer { input in
      unsafe output.withUnsafeMutableBufferPointer { output in
        unsafe stream.pointee.next_in = input.baseAddress?.advanced(by: inputStart)
        unsafe stream.pointee.avail_in = UInt32(given)
        unsafe stream.pointee.next_out = output.baseAddress
        unsafe stream.pointee.avail_out = UInt32(output.count)
        return unsafe inflate(stream, Z_NO_FLUSH)
      }
    }
    unsafe inputStart += given - Int(stream.pointee.avail_in)
    outputStart = 0
    unsafe outputEnd = output.count - Int(stream.pointee.avail_out)
    inflatedBytes += outputEnd
    switch status {
    case Z_OK: break
    case Z_BUF_ERROR where inputStart == inputEnd: break
    case Z_STREAM_END: state = .betweenMembers
    case Z_MEM_ERROR: throw failure(.memory, "no memory")
    default:
      let text = unsafe stream.pointee.msg.map { unsafe String(cString: $0) }
      throw failure(.gzip, text ?? "damaged gzip data")
    }
    guard inflatedBytes <= limits.inflatedBytes else {
      throw failure(.limit, "more than \(limits.inflatedBytes) inflated bytes", limit: "inflatedBytes")
    }
  }

  private func failure(_ code: TarballError.Code, _ cause: String, limit: String? = nil) -> TarballError {
    TarballError(code, "inflate", cause, offset: inflatedBytes, limit: limit)
  }
}
