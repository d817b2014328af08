/// Describes why an archive was refused: what was being read, where, and what was wrong with it.
public struct TarballError: Error, Hashable, Sendable {
  /// Names a kind of refusal; the set is open.
  public struct Code: RawRepresentable, Hashable, Sendable {
    /// The name, in lower case.
    public let rawValue: String

    /// Names a code.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// Marks a compressed layer that is not gzip, is damaged, or has other bytes after its end.
    public static let gzip = Code(rawValue: "gzip")
    /// Marks an archive that ends in the middle of something.
    public static let truncated = Code(rawValue: "truncated")
    /// Marks a tar header that is damaged, contradicts itself, or means different things to different readers.
    public static let tar = Code(rawValue: "tar")
    /// Marks a sparse member, whose logical size has nothing to do with the bytes behind it.
    public static let sparse = Code(rawValue: "sparse")
    /// Marks an archive beyond one of ``TarLimits``; ``TarballError/limit`` has its name.
    public static let limit = Code(rawValue: "limit")
    /// Marks a system without memory for the decompressor.
    public static let memory = Code(rawValue: "memory")
  }

  /// The kind of refusal.
  public let code: Code

  /// What was being read.
  public let operation: String

  /// What was wrong; never bytes of the archive.
  public let cause: String

  /// The inflated byte offset at which it was noticed.
  public let offset: Int

  /// The name of the exceeded setting of ``TarLimits``, when that is the reason.
  public let limit: String?

  init(_ code: Code, _ operation: String, _ cause: String, offset: Int, limit: String? = nil) {
    self.code = code
    self.operation = operation
    self.cause = cause
    self.offset = offset
    self.limit = limit
  }

  /// What to do next.
  public var hint: String {
    switch code {
    case .limit: "raise the limit if the archive is meant to be so large"
    case .sparse: "pack the archive again without sparse members"
    case .memory: "try again with more memory"
    default: "fetch the archive again; if it stays so, it was published damaged"
    }
  }
}

extension TarballError: CustomStringConvertible {
  /// The error on one line.
  public var description: String { "\(operation): \(cause) (at inflated byte \(offset))" }
}
