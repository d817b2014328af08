import Glibc

/// A new, empty directory that is removed with all in it when the last reference goes.
public final class TemporaryDirectory: Sendable {
  /// The absolute path, without a slash at the end; short enough for a Unix socket in it.
  public let path: String

  /// Makes the directory in `$TMPDIR`, else `/tmp`, readable by its owner alone.
  public init(_ prefix: String = "ws") throws {
    let parent = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
    var template = Array("\(parent)/\(prefix)-XXXXXX".utf8CString)
    // Safety: mkdtemp replaces the six X in place, inside the array.
    guard unsafe mkdtemp(&template) != nil else { throw SupportError("make a directory in \(parent)", errno: errno) }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit { try? Files.remove(path) }

  /// Returns the path of something in it.
  public func file(_ name: String) -> String { path + "/" + name }

  /// Runs `body` with a directory that is gone afterwards.
  public static func with<R>(_ body: (TemporaryDirectory) throws -> R) throws -> R {
    let directory = try TemporaryDirectory()
    return try withExtendedLifetime(directory) { try body(directory) }
  }
}
