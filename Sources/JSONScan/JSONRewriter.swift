/// Writes one JSON text anew while it passes: without white space, changed as its rules say, all else byte for byte.
///
/// Validates as `JSONScanner` does. Memory is bounded by the longest key the rules ask for and by `heldBytes`.
public struct JSONRewriter<Rules: JSONRewriteRules> {
  private var scanner: JSONScanner
  private var writer: RewritingVisitor

  /// Makes a rewriter for one text.
  ///
  /// `heldBytes` bounds what must be held of a string that `keepAfterLast` cuts: its part after the last occurrence.
  public init(_ rules: Rules, limits: JSONLimits = JSONLimits(), heldBytes: Int = 1 << 20) {
    var limits = limits
    limits.capturedBytes = Rules.longestKey
    scanner = JSONScanner(limits: limits)
    writer = RewritingVisitor(rules: rules, heldBytes: heldBytes)
  }

  /// The rules, with what they have learnt.
  public var rules: Rules {
    guard let rules = writer.rules as? Rules else { preconditionFailure("the rules are those of the initialiser") }
    return rules
  }

  /// Takes the next piece and appends what it becomes to `output`.
  ///
  /// Throws `JSONError` (`heldTooLong` at the start of the piece that went over the limit), or what the rules throw.
  public mutating func feed(_ bytes: Span<UInt8>, into output: inout [UInt8]) throws {
    swap(&writer.output, &output)
    defer { swap(&writer.output, &output) }
    do {
      try scanner.feed(bytes, &writer)
    } catch is RewritingVisitor.HeldTooLong {
      throw scanner.failure(.heldTooLong, at: 0)
    }
  }

  /// Ends the text and appends what is left to `output`. Throws as `feed` does.
  public mutating func finish(into output: inout [UInt8]) throws {
    swap(&writer.output, &output)
    defer { swap(&writer.output, &output) }
    try scanner.finish(&writer)
  }
}
