import Testing
import WheelModel

@Suite("Text from outside in messages")
struct SafeTextTests {
  @Test(
    "URLs lose userinfo and query",
    arguments: [
      ("https://h.test/a/b.tar.gz", "https://h.test/a/b.tar.gz"),
      ("https://user:pw@h.test:8443/a?private_token=x&y=z", "https://h.test:8443/a"),
      ("https://u@x@h.test/a@b?c@d", "https://h.test/a@b"),
      ("https://h.test?token=s", "https://h.test"),
      ("https://h.test/a?q=1#part", "https://h.test/a#part"),
      ("https://h.test/a#part", "https://h.test/a#part"),
      ("//u:p@h/a", "//h/a"), ("u:p@h/a?b", "h/a"), ("a/b@c", "a/b@c"), ("", ""), ("?", ""), ("https://", "https://"),
      ("https://u:p@", "https://"),
    ])
  func redacts(_ url: String, _ expected: String) {
    #expect(RedactedURL.redact(url) == expected)
    #expect(RedactedURL.isPlain(url) == (url == expected))
  }

  @Test(
    "control characters and marks of direction are escaped",
    arguments: [
      ("plain é 漢", "plain é 漢"), ("a\u{1b}[31m\u{7}", "a\\u{1b}[31m\\u{7}"),
      ("a\r\nb\tc\0", "a\\u{d}\\u{a}b\\u{9}c\\u{0}"),
      ("\u{7f}\u{85}\u{9b}", "\\u{7f}\\u{85}\\u{9b}"), ("a\u{202e}b\u{2066}c", "a\\u{202e}b\\u{2066}c"),
      ("\u{2028}\u{feff}", "\\u{2028}\\u{feff}"),
    ])
  func escapes(_ text: String, _ expected: String) {
    #expect(SafeText.escape(text) == expected)
  }

  @Test("values are cut at 200 bytes, never inside a character")
  func cuts() {
    #expect(SafeText.escape(String(repeating: "a", count: 200)) == String(repeating: "a", count: 200))
    #expect(SafeText.escape(String(repeating: "a", count: 201)) == String(repeating: "a", count: 200) + "…")
    #expect(SafeText.escape(String(repeating: "é", count: 200)) == String(repeating: "é", count: 100) + "…")
    #expect(SafeText.escape("\u{1b}\u{1b}", limit: 7) == "\\u{1b}…")
  }
}
