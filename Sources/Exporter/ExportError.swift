/// Why an export, or a look at a target, could not be done: a stable code, what was being done, the cause, what to do next.
///
/// Errors of the store itself are thrown as `StoreError`.
public struct ExportError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Groups errors by what a caller can do about them; each group has an exit code of its own.
  public enum Kind: Equatable, Sendable {
    /// The request itself is wrong (exit 2).
    case usage
    /// A product that was named is not in the store (exit 4).
    case notFound
    /// Another export holds the target (exit 5).
    case locked
    /// The local system refused: disk full, read-only, permission (exit 7).
    case localIO
    /// The target refused or cannot be reached; what it has acknowledged is kept (exit 9).
    case targetFailed
  }

  /// Names an error for programs; codes of a newer library survive.
  public struct Code: RawRepresentable, Hashable, Sendable {
    /// The code's text, such as `E_TARGET_OWNER`.
    public let rawValue: String

    /// Wraps a code.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// The target's address cannot be read.
    public static let address = Code(rawValue: "E_TARGET_ADDRESS")
    /// An option contradicts another one, the target, or what the target holds.
    public static let option = Code(rawValue: "E_TARGET_OPTION")
    /// A product that was named is not in the store.
    public static let unknownProduct = Code(rawValue: "E_UNKNOWN_PRODUCT")
    /// Another export is at work on the target.
    public static let locked = Code(rawValue: "E_TARGET_LOCKED")
    /// The target cannot be reached.
    public static let unreachable = Code(rawValue: "E_TARGET_UNREACHABLE")
    /// The target refused what was sent.
    public static let refused = Code(rawValue: "E_TARGET_REFUSED")
    /// A value is refused by the target's type: it is to be set aside.
    public static let refusedValue = Code(rawValue: "E_TARGET_VALUE")
    /// Rows of a repository belong to another store.
    public static let owner = Code(rawValue: "E_TARGET_OWNER")
    /// The target has followed another history than this store's.
    public static let diverged = Code(rawValue: "E_TARGET_DIVERGED")
    /// Another export moved the watermark meanwhile.
    public static let moved = Code(rawValue: "E_TARGET_MOVED")
    /// The target's tables are of a newer program, or not ours.
    public static let schema = Code(rawValue: "E_TARGET_SCHEMA")
    /// The file holds something else than an export.
    public static let foreignFile = Code(rawValue: "E_TARGET_FOREIGN")
    /// The disk is full.
    public static let diskFull = Code(rawValue: "E_DISK_FULL")
    /// The system refused to read or write.
    public static let inputOutput = Code(rawValue: "E_LOCAL_IO")
    /// Whoever reads standard output has gone.
    public static let readerGone = Code(rawValue: "E_READER_GONE")
    /// The caller asked to stop.
    public static let interrupted = Code(rawValue: "E_INTERRUPTED")
  }

  /// What a caller can do about it.
  public let kind: Kind
  /// Which error it is.
  public let code: Code
  /// What was being done.
  public let operation: String
  /// Why it failed: one line, without secrets.
  public let cause: String
  /// What to do next, when there is something to do.
  public let hint: String?
  /// Whether the same batch may succeed on a new connection.
  public let isTransient: Bool

  /// Makes an error of its parts.
  public init(
    _ kind: Kind, _ code: Code, operation: String, cause: String, hint: String? = nil, isTransient: Bool = false
  ) {
    self.kind = kind
    self.code = code
    self.operation = operation
    self.cause = cause
    self.hint = hint
    self.isTransient = isTransient
  }

  /// One line: operation, cause, code, and the hint after `next:`.
  public var description: String {
    operation + ": " + cause + " (" + code.rawValue + ")" + (hint.map { "; next: " + $0 } ?? "")
  }
}
