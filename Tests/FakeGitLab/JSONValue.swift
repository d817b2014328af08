/// A JSON value, for the server's own files: projects, listings, faults.
indirect enum JSONValue: Sendable {
  case null
  case bool(Bool)
  case number(String)
  case string(String)
  case array([JSONValue])
  case object([(key: String, value: JSONValue)])

  subscript(key: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.last { $0.key == key }?.value
  }

  var text: String? { if case .string(let text) = self { text } else { nil } }
  var integer: Int? { if case .number(let text) = self { Int(text) } else { nil } }
  var isTrue: Bool { if case .bool(true) = self { true } else { false } }
  var elements: [JSONValue] { if case .array(let elements) = self { elements } else { [] } }

  /// Writes text as a JSON string.
  static func quote(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case _ where scalar.value < 0x20:
        let hex = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}

/// A reader of JSON text that also tells where a value stands in it.
struct JSONReader {
  private let bytes: [UInt8]
  private(set) var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// Reads one document.
  static func parse(_ bytes: [UInt8]) throws(FakeGitLabError) -> JSONValue {
    var reader = JSONReader(bytes)
    let value = try reader.value()
    reader.skipSpace()
    guard reader.position == bytes.count else { throw reader.error("text after the end") }
    return value
  }

  /// Reads an array and returns each element with the bytes it stands in.
  static func elements(_ bytes: [UInt8]) throws(FakeGitLabError) -> [(value: JSONValue, range: Range<Int>)] {
    var reader = JSONReader(bytes)
    var elements: [(JSONValue, Range<Int>)] = []
    try reader.expect(UInt8(ascii: "["))
    while try reader.more(closing: UInt8(ascii: "]"), isFirst: elements.isEmpty) {
      reader.skipSpace()
      let start = reader.position
      elements.append((try reader.value(), start..<reader.position))
    }
    return elements
  }

  /// Returns the text of an object without some of its members.
  static func object(_ bytes: [UInt8], without names: Set<String>) throws(FakeGitLabError) -> [UInt8] {
    var reader = JSONReader(bytes)
    var kept: [UInt8] = []
    try reader.expect(UInt8(ascii: "{"))
    var isFirst = true
    while try reader.more(closing: UInt8(ascii: "}"), isFirst: isFirst) {
      isFirst = false
      reader.skipSpace()
      let start = reader.position
      let name = try reader.string()
      try reader.expect(UInt8(ascii: ":"))
      _ = try reader.value()
      guard !names.contains(name) else { continue }
      if !kept.isEmpty { kept.append(UInt8(ascii: ",")) }
      kept += bytes[start..<reader.position]
    }
    return [UInt8(ascii: "{")] + kept + [UInt8(ascii: "}")]
  }

  private mutating func value() throws(FakeGitLabError) -> JSONValue {
    skipSpace()
    guard position < bytes.count else { throw error("the text ends early") }
    switch bytes[position] {
    case UInt8(ascii: "{"):
      position += 1
      var members: [(String, JSONValue)] = []
      while try more(closing: UInt8(ascii: "}"), isFirst: members.isEmpty) {
        let key = try string()
        try expect(UInt8(ascii: ":"))
        members.append((key, try value()))
      }
      return .object(members)
    case UInt8(ascii: "["):
      position += 1
      var elements: [JSONValue] = []
      while try more(closing: UInt8(ascii: "]"), isFirst: elements.isEmpty) { elements.append(try value()) }
      return .array(elements)
    case UInt8(ascii: "\""): return .string(try string())
    default:
      let start = position
      while position < bytes.count, !Self.ends(bytes[position]) { position += 1 }
      switch String(decoding: bytes[start..<position], as: UTF8.self) {
      case "null": return .null
      case "true": return .bool(true)
      case "false": return .bool(false)
      case let number where Double(number) != nil: return .number(number)
      case let other: throw error("\(other) is no value")
      }
    }
  }

  private mutating func string() throws(FakeGitLabError) -> String {
    try expect(UInt8(ascii: "\""))
    var text: [UInt8] = []
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      switch byte {
      case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
      case UInt8(ascii: "\\"):
        guard position < bytes.count else { break }
        let escape = bytes[position]
        position += 1
        switch escape {
        case UInt8(ascii: "n"): text.append(10)
        case UInt8(ascii: "t"): text.append(9)
        case UInt8(ascii: "r"): text.append(13)
        case UInt8(ascii: "b"): text.append(8)
        case UInt8(ascii: "f"): text.append(12)
        case UInt8(ascii: "u"): text += Array(String(try scalar()).utf8)
        default: text.append(escape)
        }
      default: text.append(byte)
      }
    }
    throw error("a string does not end")
  }

  private mutating func scalar() throws(FakeGitLabError) -> Unicode.Scalar {
    let high = try unit()
    if high >> 10 == 0x36, position + 6 <= bytes.count, bytes[position] == UInt8(ascii: "\\") {
      let before = position
      position += 2
      let low = try unit()
      if low >> 10 == 0x37 { return Unicode.Scalar(0x10000 + (high & 0x3ff) << 10 + (low & 0x3ff)) ?? "\u{fffd}" }
      position = before
    }
    return Unicode.Scalar(high) ?? "\u{fffd}"
  }

  private mutating func unit() throws(FakeGitLabError) -> UInt32 {
    guard position + 4 <= bytes.count,
      let unit = UInt32(String(decoding: bytes[position..<position + 4], as: UTF8.self), radix: 16)
    else { throw error("four hexadecimal digits are missing") }
    position += 4
    return unit
  }

  private mutating func more(closing: UInt8, isFirst: Bool) throws(FakeGitLabError) -> Bool {
    skipSpace()
    if position < bytes.count, bytes[position] == closing {
      position += 1
      return false
    }
    if !isFirst { try expect(UInt8(ascii: ",")) }
    return true
  }

  private mutating func expect(_ byte: UInt8) throws(FakeGitLabError) {
    skipSpace()
    guard position < bytes.count, bytes[position] == byte else {
      throw error("\(Unicode.Scalar(byte)) is missing")
    }
    position += 1
  }

  private mutating func skipSpace() {
    while position < bytes.count, [9, 10, 13, 32].contains(bytes[position]) { position += 1 }
  }

  private static func ends(_ byte: UInt8) -> Bool {
    switch byte {
    case 9, 10, 13, 32, UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}"), UInt8(ascii: ":"): true
    default: false
    }
  }

  private func error(_ why: String) -> FakeGitLabError { FakeGitLabError("JSON, byte \(position): \(why)") }
}
