/// Holds an access token: it goes into a request header and nowhere else, whatever prints, dumps or mirrors it.
public struct Secret: Sendable {
  /// The bytes, all visible ASCII.
  let text: String

  /// Takes the bytes of a token, of which each must be in 0x21–0x7E: a line break would start another header.
  ///
  /// One final line break, as editors leave it in a file, is cut off. Throws ``FetchError/Code/secretRefused``.
  public init(_ bytes: [UInt8]) throws(FetchError) {
    var bytes = bytes[...]
    if bytes.last == UInt8(ascii: "\n") {
      bytes.removeLast()
      if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
    }
    guard !bytes.isEmpty else { throw Self.refusal("it is empty") }
    guard bytes.allSatisfy({ (0x21...0x7e).contains($0) }) else {
      throw Self.refusal("it has a byte that is not visible ASCII")
    }
    text = String(decoding: bytes, as: UTF8.self)
  }

  /// Takes the bytes of a token for an `Authorization` header, as `init(_:)` does. Source: RFC 6750, 2.1.
  public init(bearer bytes: [UInt8]) throws(FetchError) {
    text = "Bearer " + (try Secret(bytes).text)
  }

  private static func refusal(_ cause: String) -> FetchError {
    FetchError(.secretRefused, "read the token", cause, hint: "copy the token again, as one line without spaces")
  }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// A fixed text.
  public var description: String { "(secret)" }

  /// A fixed text.
  public var debugDescription: String { "(secret)" }

  /// A mirror without children.
  public var customMirror: Mirror { Mirror(self, children: []) }
}
