import Glibc

/// Tells why the server cannot start or an order to it cannot be understood.
public struct FakeGitLabError: Error, CustomStringConvertible, Sendable {
  /// What was being done, and why it failed.
  public let description: String

  init(_ description: String) { self.description = description }

  init(_ operation: String, errno code: CInt) {
    // Safety: strerror returns a static, zero-terminated string for any number.
    description = unsafe "\(operation): \(String(cString: strerror(code)))"
  }
}
