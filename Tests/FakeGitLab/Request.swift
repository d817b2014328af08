/// One HTTP request as it arrived.
struct Request: Sendable {
  let method: String
  /// The request target: path and query, still encoded.
  let target: String
  /// The target's path, still encoded.
  let path: String
  /// The decoded query, in order.
  let query: [(name: String, value: String)]
  /// The headers with lower-case names; of several equal names the last.
  let headers: [String: String]
  let body: [UInt8]
  let closesConnection: Bool

  /// The largest request head and body that are read, in bytes.
  static let headLimit = 1 << 16, bodyLimit = 1 << 24

  /// Parses a request head without its empty line; nil when it is none.
  init?(head: ArraySlice<UInt8>, body: [UInt8]) {
    let lines = head.split(separator: 10).map { line in
      String(decoding: line.last == 13 ? line.dropLast() : line, as: UTF8.self)
    }
    guard let first = lines.first else { return nil }
    let parts = first.split(separator: " ")
    guard parts.count == 3 else { return nil }
    method = String(parts[0])
    target = String(parts[1])
    let split = target.utf8.firstIndex(of: UInt8(ascii: "?")) ?? target.endIndex
    path = String(target[..<split])
    query = target[split...].dropFirst().split(separator: "&").map { pair in
      let equals = pair.firstIndex(of: "=") ?? pair.endIndex
      return (PercentCoding.decode(pair[..<equals]), PercentCoding.decode(pair[equals...].dropFirst()))
    }
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      guard let colon = line.utf8.firstIndex(of: UInt8(ascii: ":")) else { continue }
      headers[line[..<colon].lowercased()] = Self.trim(line[line.index(after: colon)...])
    }
    self.headers = headers
    self.body = body
    closesConnection = headers["connection"]?.lowercased() == "close" || parts[2] == "HTTP/1.0"
  }

  /// Returns the value of a query parameter.
  func parameter(_ name: String) -> String? { query.last { $0.name == name }?.value }

  /// The token the request carries, in whichever header.
  var token: String? {
    if let token = headers["private-token"] ?? headers["job-token"] { return token }
    guard let value = headers["authorization"], value.lowercased().hasPrefix("bearer ") else { return nil }
    return String(value.dropFirst(7))
  }

  private static func trim(_ text: Substring) -> String {
    var utf8 = text.utf8
    while let byte = utf8.first, byte == 32 || byte == 9 { utf8.removeFirst() }
    while let byte = utf8.last, byte == 32 || byte == 9 { utf8.removeLast() }
    return String(Substring(utf8))
  }
}

/// Percent encoding of URL parts (RFC 3986).
enum PercentCoding {
  static func decode(_ text: some StringProtocol) -> String {
    guard text.utf8.contains(UInt8(ascii: "%")) else { return String(text) }
    var result: [UInt8] = []
    var iterator = Array(text.utf8)[...]
    while let byte = iterator.popFirst() {
      if byte == UInt8(ascii: "%"), iterator.count >= 2,
        let value = UInt8(String(decoding: iterator.prefix(2), as: UTF8.self), radix: 16)
      {
        result.append(value)
        iterator.removeFirst(2)
      } else {
        result.append(byte)
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  /// Encodes all but unreserved characters and `/`.
  static func encodePath(_ text: String) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    var result: [UInt8] = []
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "~"), UInt8(ascii: "/"):
        result.append(byte)
      default: result += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: result, as: UTF8.self)
  }
}
