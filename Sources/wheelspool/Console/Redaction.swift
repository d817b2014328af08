import WheelModel

/// The last look at a text before it is shown: no secrets of URLs, no control characters, no endless values.
enum Redaction {
  /// Takes user info and queries out of URLs and passwords out of connection strings, escapes, and cuts.
  static func clean(_ text: String, limit: Int = 600) -> String {
    let words = text.split(separator: " ", omittingEmptySubsequences: false).map { word -> String in
      if word.contains("://") { return cut(RedactedURL.redact(word)) }
      for name in ["password=", "private_token=", "token="] {
        if let range = find(name, in: word) { return cut(String(word[..<range.upperBound]) + "***") }
      }
      return cut(String(word))
    }
    return SafeText.escape(words.joined(separator: " "), limit: limit)
  }

  private static func cut(_ word: String) -> String {
    word.utf8.count > SafeText.messageBytes ? SafeText.escape(word, limit: SafeText.messageBytes) : word
  }

  private static func find(_ name: String, in word: Substring) -> Range<Substring.Index>? {
    var start = word.startIndex
    while start < word.endIndex {
      if word[start...].hasPrefix(name) { return start..<word.index(start, offsetBy: name.count) }
      start = word.index(after: start)
    }
    return nil
  }
}
