import Glibc

/// Tells what a test's own machinery could not do: never a failure of the code under test.
public struct SupportError: Error, CustomStringConvertible, Sendable {
  /// What was being done, with the value at hand.
  public let operation: String
  /// Why it failed.
  public let cause: String

  /// Names the operation and the cause.
  public init(_ operation: String, _ cause: String) {
    self.operation = operation
    self.cause = cause
  }

  /// Names the operation; the cause is the text of an `errno` value.
  public init(_ operation: String, errno code: CInt) {
    // Safety: strerror returns a static, zero-terminated string for any number.
    self.init(operation, unsafe String(cString: strerror(code)))
  }

  /// One line: operation, colon, cause.
  public var description: String { "\(operation): \(cause)" }
}
