/// Text from outside, made fit for one line of a message or a terminal.
public enum SafeText {
  /// The most bytes of a value that a message shows.
  public static let messageBytes = 200

  /// Escapes everything that could act on a terminal or a log, and cuts at `limit` bytes.
  ///
  /// Control characters (C0, DEL, C1), line and paragraph separators and the marks that change the direction of
  /// writing become `\u{1b}` and the like. The cut falls between characters' scalars and is shown as `…`.
  public static func escape(_ text: some StringProtocol, limit: Int = messageBytes) -> String {
    var result = ""
    var count = 0
    for scalar in text.unicodeScalars {
      let piece = isActive(scalar) ? "\\u{" + String(scalar.value, radix: 16) + "}" : String(scalar)
      guard count + piece.utf8.count <= limit else { return result + "…" }
      count += piece.utf8.count
      result += piece
    }
    return result
  }

  /// Escapes a text, as `escape(_:limit:)` does for strings.
  public static func escape(_ text: Text, limit: Int = messageBytes) -> String { escape(text.string, limit: limit) }

  /// Whether a scalar does more than to be shown.
  public static func isActive(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0...0x1f, 0x7f...0x9f: true  // C0, DEL, C1
    case 0x061c, 0x200e, 0x200f, 0x202a...0x202e, 0x2066...0x2069: true  // direction
    case 0x2028, 0x2029, 0xfeff: true  // separators, byte order mark
    case 0xe0000...0xe007f: true  // tags: invisible
    default: false
    }
  }
}
