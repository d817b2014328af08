/// URLs without what may be secret.
public enum RedactedURL {
  /// Removes userinfo and query, where tokens and signatures live; everything else stays as written. RFC 3986, 3.
  public static func redact(_ url: some StringProtocol) -> String {
    let bytes = Array(url.utf8)
    let fragment = bytes.firstIndex(of: UInt8(ascii: "#")) ?? bytes.count
    let query = bytes[..<fragment].firstIndex(of: UInt8(ascii: "?")) ?? fragment
    let front = bytes[..<query]
    let start = authorityStart(front)
    let end = front[start...].firstIndex(of: UInt8(ascii: "/")) ?? query
    // What precedes the last `@` of the authority is userinfo, however often the sign occurs.
    let host = front[start..<end].lastIndex(of: UInt8(ascii: "@")).map { $0 + 1 } ?? start
    return String(decoding: front[..<start] + front[host...] + bytes[fragment...], as: UTF8.self)
  }

  /// Whether redaction would leave a URL as it is.
  public static func isPlain(_ url: String) -> Bool { redact(url).utf8.elementsEqual(url.utf8) }

  /// Finds what follows `SCHEME://`; without a scheme, the beginning.
  private static func authorityStart(_ bytes: ArraySlice<UInt8>) -> Int {
    guard let slash = bytes.firstIndex(of: UInt8(ascii: "/")), bytes[slash...].starts(with: "//".utf8) else {
      return bytes.startIndex
    }
    return slash + 2
  }
}
