/// Why the store could not do what was asked: a stable code, what was being done, the cause, and what to do next.
public struct StoreError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Groups errors by what a caller can do about them; each group has an exit code of its own.
  public enum Kind: Equatable, Sendable {
    /// The request itself is wrong (exit 2).
    case usage
    /// What was asked for is not in the store (exit 4).
    case notFound
    /// Another process holds what is needed (exit 5).
    case busy
    /// Damaged, of a newer format, or not a store (exit 6).
    case unusable
    /// The local system refused: disk full, read-only, permission, no memory (exit 7).
    case localIO
  }

  /// Names an error for programs; codes of a newer library survive.
  public struct Code: RawRepresentable, Hashable, Sendable {
    /// The code's text, such as `E_STORE_BUSY`.
    public let rawValue: String

    /// Wraps a code.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// The directory holds no store.
    public static let notAStore = Code(rawValue: "E_NOT_A_STORE")
    /// The store's format is newer than this program's.
    public static let newerFormat = Code(rawValue: "E_STORE_FORMAT")
    /// A stored byte is not what was written, or a record is missing.
    public static let damaged = Code(rawValue: "E_STORE_DAMAGED")
    /// Commits that were reported are no longer there.
    public static let commitsMissing = Code(rawValue: "E_STORE_COMMITS_MISSING")
    /// Another collector, compact or repair is at work.
    public static let busy = Code(rawValue: "E_STORE_BUSY")
    /// The release changed between two looks at it.
    public static let superseded = Code(rawValue: "E_SUPERSEDED")
    /// What was asked for is not in the store.
    public static let notFound = Code(rawValue: "E_NOT_IN_STORE")
    /// The file system is full.
    public static let diskFull = Code(rawValue: "E_DISK_FULL")
    /// The system refused to read or write.
    public static let inputOutput = Code(rawValue: "E_LOCAL_IO")
    /// The address space or memory is exhausted.
    public static let memory = Code(rawValue: "E_NO_MEMORY")
    /// A named limit of the store was hit, or a call was made that its rules forbid.
    public static let usage = Code(rawValue: "E_STORE_USAGE")
  }

  /// What a caller can do about it.
  public let kind: Kind
  /// Which error it is.
  public let code: Code
  /// What was being done.
  public let operation: String
  /// Why it failed, in words: one line.
  public let cause: String
  /// What to do next, when there is something to do.
  public let hint: String?

  /// Makes an error of its parts.
  public init(_ kind: Kind, _ code: Code, operation: String, cause: String, hint: String? = nil) {
    self.kind = kind
    self.code = code
    self.operation = operation
    self.cause = cause
    self.hint = hint
  }

  /// One line: operation, cause, code, and the hint after `next:`.
  public var description: String {
    operation + ": " + cause + " (" + code.rawValue + ")" + (hint.map { "; next: " + $0 } ?? "")
  }
}
