/// Says why bytes are not the JSON they should be, and where.
public struct JSONError: Error, Equatable, Sendable {
  /// What is wrong.
  public struct Code: RawRepresentable, Hashable, Sendable {
    /// The code in words.
    public let rawValue: String

    /// Wraps a code.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// A byte that cannot stand where it stands.
    public static let unexpectedByte = Code(rawValue: "unexpected byte")
    /// The text ended inside a value, or holds none.
    public static let unexpectedEnd = Code(rawValue: "unexpected end")
    /// Something other than white space follows the value.
    public static let trailingBytes = Code(rawValue: "bytes after the value")
    /// A byte below 0x20 inside a string.
    public static let controlCharacter = Code(rawValue: "control character in a string")
    /// A backslash followed by what is no escape.
    public static let badEscape = Code(rawValue: "invalid escape")
    /// A byte inside a string that is not UTF-8.
    public static let invalidUTF8 = Code(rawValue: "invalid UTF-8")
    /// A number that is not written as JSON writes numbers.
    public static let badNumber = Code(rawValue: "invalid number")
    /// More open containers than `JSONLimits.depth`.
    public static let tooDeep = Code(rawValue: "nested too deeply")
    /// More bytes than `JSONLimits.totalBytes`.
    public static let tooLong = Code(rawValue: "longer than the limit")
    /// A value that a rewriter must hold whole is longer than its limit.
    public static let heldTooLong = Code(rawValue: "value longer than the limit")
    /// The scanner was used again after an error.
    public static let failedBefore = Code(rawValue: "scan failed before")
  }

  /// What is wrong.
  public let code: Code
  /// The offset of the byte it was seen at, from 0.
  public let offset: Int
  /// The line of that byte, from 1; only LF ends a line.
  public let line: Int
  /// The byte's place in its line, from 1, in bytes.
  public let column: Int

  /// Makes an error of its parts.
  public init(_ code: Code, offset: Int, line: Int, column: Int) {
    self.code = code
    self.offset = offset
    self.line = line
    self.column = column
  }
}

extension JSONError: CustomStringConvertible {
  /// The reason and the place in one line.
  public var description: String { "\(code.rawValue) at line \(line), column \(column) (byte \(offset))" }
}
