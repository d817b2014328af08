/// The kinds of JSON value.
public enum JSONValueKind: Sendable {
  /// `{…}`
  case object
  /// `[…]`
  case array
  /// `"…"`
  case string
  /// A number.
  case number
  /// `true`, `false` or `null`
  case literal
}

/// What a rewriter does with one member of an object.
public enum JSONMemberAction: Equatable, Sendable {
  /// Writes key and value as they are.
  case keep
  /// Leaves out key and value.
  case drop
  /// Writes of a string only what follows the last occurrence of an ASCII byte, however that is escaped; the rest of
  /// the string stays as it was written, and so do values that are no strings.
  case keepAfterLast(UInt8)
}

/// Says what a `JSONRewriter` changes and what it refuses.
public protocol JSONRewriteRules {
  /// The most bytes of a key, unescaped, that `member` wants to see; longer keys are kept.
  static var longestKey: Int { get }

  /// Looks at the start of a value; `depth` counts the containers around it (0 at the top).
  ///
  /// What is thrown ends the rewriting. Values inside dropped members are not shown.
  mutating func value(_ kind: JSONValueKind, depth: Int) throws

  /// Decides about a member of an object; `depth` counts the open containers, its object included.
  mutating func member(_ key: Span<UInt8>, depth: Int) -> JSONMemberAction
}

extension JSONRewriteRules {
  /// Allows every value.
  public mutating func value(_ kind: JSONValueKind, depth: Int) throws {}
}

/// Rules that change nothing but white space.
public struct JSONCopyRules: JSONRewriteRules, Sendable {
  /// Asks for no key.
  public static var longestKey: Int { 0 }

  /// Makes the rules.
  public init() {}

  /// Keeps every member.
  public mutating func member(_ key: Span<UInt8>, depth: Int) -> JSONMemberAction { .keep }
}

/// Drops insignificant white space from one JSON text while it passes.
public typealias JSONCompactor = JSONRewriter<JSONCopyRules>

extension JSONRewriter where Rules == JSONCopyRules {
  /// Makes a compactor for one text.
  public init(limits: JSONLimits = JSONLimits()) { self.init(JSONCopyRules(), limits: limits) }
}
