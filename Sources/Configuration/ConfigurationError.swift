/// Why a configuration cannot be used: where, what, and what to do next. Never holds a token.
public struct ConfigurationError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Names an error for programs.
  public struct Code: RawRepresentable, Hashable, Sendable {
    /// The code's text, such as `E_CONFIG_KEY`.
    public let rawValue: String

    /// Wraps a code.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// A file cannot be read.
    public static let file = Code(rawValue: "E_CONFIG_FILE")
    /// The file is not TOML.
    public static let syntax = Code(rawValue: "E_CONFIG_SYNTAX")
    /// A key that means nothing.
    public static let unknownKey = Code(rawValue: "E_CONFIG_KEY")
    /// A key that is needed is not there.
    public static let missing = Code(rawValue: "E_CONFIG_MISSING")
    /// A value of the wrong type, or one that cannot be used.
    public static let value = Code(rawValue: "E_CONFIG_VALUE")
    /// A product or repository that is not configured.
    public static let selection = Code(rawValue: "E_CONFIG_SELECTION")
    /// The token cannot be had or used.
    public static let token = Code(rawValue: "E_CONFIG_TOKEN")
  }

  /// Which error it is.
  public let code: Code
  /// What was being read: a file, a variable or a flag, with the key's path.
  public let place: String
  /// What is wrong, in words: one line.
  public let cause: String
  /// What to do next, when there is something to do.
  public let hint: String?

  /// Makes an error of its parts.
  public init(_ code: Code, at place: String, _ cause: String, hint: String? = nil) {
    self.code = code
    self.place = place
    self.cause = cause
    self.hint = hint
  }

  /// One line: place, cause, code, and the hint after `next:`.
  public var description: String {
    place + ": " + cause + " (" + code.rawValue + ")" + (hint.map { "; next: " + $0 } ?? "")
  }
}
