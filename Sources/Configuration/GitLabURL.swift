import WheelModel

/// The form of an instance's URL.
enum GitLabURL {
  /// Drops final slashes and a final `/api/v4`, and refuses what cannot be an instance.
  static func normalise(_ text: String, at place: String) throws(ConfigurationError) -> String {
    func refuse(_ cause: String) -> ConfigurationError {
      ConfigurationError(.value, at: place, cause, hint: "write it as https://gitlab.example.com")
    }
    let bytes = Array(text.utf8)
    guard bytes.allSatisfy({ (0x21...0x7e).contains($0) }) else { throw refuse("holds white space or no ASCII") }
    let lower = text.lowercased()
    guard lower.hasPrefix("https://") || lower.hasPrefix("http://") else {
      throw refuse("begins with neither https:// nor http://")
    }
    guard RedactedURL.isPlain(text), !bytes.contains(UInt8(ascii: "#")) else {
      throw refuse("holds a user, a query or a fragment")
    }
    var result = text[...]
    func dropSlashes() { while result.hasSuffix("/") { result.removeLast() } }
    dropSlashes()
    if result.hasSuffix("/api/v4") {
      result.removeLast("/api/v4".count)
      dropSlashes()
    }
    guard result.split(separator: "/", omittingEmptySubsequences: false).count >= 3, !result.hasSuffix(":") else {
      throw refuse("names no host")
    }
    return String(result)
  }
}
