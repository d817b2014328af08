import JSONScan

/// Turns a build sequence summary into the document that is kept, while it passes: compact, without `download_url`, and
/// of `wheel_filename` only what follows the last `/`.
public struct SummaryRewriter {
  private var rewriter: JSONRewriter<SummaryRules>

  /// Makes a rewriter for one summary.
  public init(limits: DocumentLimits = DocumentLimits()) {
    rewriter = JSONRewriter(SummaryRules(), limits: JSONLimits(depth: limits.depth, totalBytes: limits.bytes))
  }

  /// Takes the next piece and appends what it becomes to `output`.
  ///
  /// Throws `E_JSON` for what is no array of objects, `E_LIMIT` for one that is too long, or with a file name (what
  /// follows the last `/`) of more than 1 MiB.
  public mutating func feed(_ bytes: Span<UInt8>, into output: inout [UInt8]) throws(ContentError) {
    do {
      try rewriter.feed(bytes, into: &output)
    } catch {
      throw ContentError(scanning: error)
    }
  }

  /// Ends the summary and appends what is left to `output`. Throws as `feed` does.
  public mutating func finish(into output: inout [UInt8]) throws(ContentError) {
    do {
      try rewriter.finish(into: &output)
    } catch {
      throw ContentError(scanning: error)
    }
  }
}

/// Touches only members of the array's own elements.
private struct SummaryRules: JSONRewriteRules {
  static let downloadURL = Array("download_url".utf8)
  static let wheelFilename = Array("wheel_filename".utf8)
  static let longestKey = wheelFilename.count

  mutating func value(_ kind: JSONValueKind, depth: Int) throws {
    if depth == 0, kind != .array { throw ContentError(.json, "the build sequence summary is not an array") }
    if depth == 1, kind != .object {
      throw ContentError(.json, "an element of the build sequence summary is not an object")
    }
  }

  mutating func member(_ key: Span<UInt8>, depth: Int) -> JSONMemberAction {
    guard depth == 2 else { return .keep }
    if compareBytes(key, Self.downloadURL.span) == 0 { return .drop }
    if compareBytes(key, Self.wheelFilename.span) == 0 { return .keepAfterLast(UInt8(ascii: "/")) }
    return .keep
  }
}
