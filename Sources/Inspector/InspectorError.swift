/// Says what a question failed on, with what to do next.
public struct InspectorError: Error, Equatable, Sendable {
  /// A stable code, an API of the program.
  public struct Code: RawRepresentable, Hashable, Sendable {
    /// The code's text, such as `E_NO_ARTIFACT`.
    public let rawValue: String
    /// Wraps a code.
    public init(rawValue: String) { self.rawValue = rawValue }
    /// No artifact, tag, package or document of that name.
    public static let notFound = Code(rawValue: "E_NO_SUCH_KEY")
    /// A key that several repositories have.
    public static let ambiguous = Code(rawValue: "E_AMBIGUOUS_KEY")
    /// A column that the list does not have.
    public static let unknownColumn = Code(rawValue: "E_COLUMN")
    /// A value that an option does not take.
    public static let usage = Code(rawValue: "E_USAGE")
    /// A graph that cannot be read.
    public static let graph = Code(rawValue: "E_GRAPH")
    /// No single set of versions meets all requirements.
    public static let conflict = Code(rawValue: "E_CONFLICT")
    /// A release was replaced while a long answer was being written.
    public static let changed = Code(rawValue: "E_CHANGED")
    /// The store lacks what its own counters promise.
    public static let damaged = Code(rawValue: "E_DAMAGED")
  }

  /// What kind of failure.
  public let code: Code
  /// What was being looked at.
  public let operation: String
  /// Why it failed.
  public let cause: String
  /// What to do next; nil when there is nothing to say.
  public let hint: String?

  /// Makes an error of its parts.
  public init(_ code: Code, _ operation: String, cause: String, hint: String? = nil) {
    self.code = code
    self.operation = operation
    self.cause = cause
    self.hint = hint
  }
}
