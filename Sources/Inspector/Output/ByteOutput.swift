/// Takes the bytes of an answer: a file descriptor, a pager, a test's buffer.
public protocol ByteOutput: AnyObject {
  /// Writes all bytes, or throws: `OutputError.closed` when nobody reads any more.
  func write(_ bytes: Span<UInt8>) throws(OutputError)
}

/// Says why an answer could not be written.
public struct OutputError: Error, Equatable, Sendable {
  /// The reader has gone (`EPIPE`): the command ends quietly.
  public static let closed = OutputError(errno: 0, cause: "the reader has gone")

  /// The system's error number; 0 when the reader has gone.
  public let errno: CInt
  /// What the system said.
  public let cause: String

  /// Makes an error of a system's number and words.
  public init(errno: CInt, cause: String) {
    self.errno = errno
    self.cause = cause
  }

  /// Whether the reader has gone.
  public var isClosed: Bool { self == .closed }
}

/// Keeps what is written, for tests and for values that must be whole before they are shown.
public final class MemoryOutput: ByteOutput {
  /// Everything written so far.
  public private(set) var bytes: [UInt8] = []

  /// Starts empty.
  public init() {}

  /// Appends the bytes; never throws.
  public func write(_ span: Span<UInt8>) throws(OutputError) {
    bytes.reserveCapacity(bytes.count + span.count)
    for index in span.indices { bytes.append(span[index]) }
  }

  /// The bytes as text.
  public var text: String { String(decoding: bytes, as: UTF8.self) }
}

/// Collects small pieces and hands them on in large ones.
///
/// Lives on one thread. `flush` must be called at the end: nothing is written when the value goes away.
public final class BufferedOutput {
  /// Handed on when this many bytes have come together.
  public static let limit = 1 << 16

  /// What has been collected and not been handed on.
  public var bytes: [UInt8] = []
  private let output: any ByteOutput

  /// Writes to `output`.
  public init(_ output: any ByteOutput) {
    self.output = output
    bytes.reserveCapacity(Self.limit + 4096)
  }

  /// Appends a string as it is.
  public func append(_ string: String) { bytes.append(contentsOf: string.utf8) }

  /// Appends one byte.
  public func append(_ byte: UInt8) { bytes.append(byte) }

  /// Hands on what has come together once that is a lot; called between rows.
  public func flushIfFull() throws(OutputError) { if bytes.count >= Self.limit { try flush() } }

  /// Hands on what has been collected.
  public func flush() throws(OutputError) {
    guard !bytes.isEmpty else { return }
    defer { bytes.removeAll(keepingCapacity: true) }
    try output.write(bytes.span)
  }
}
