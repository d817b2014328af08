/// Reads an environment marker and writes it as installers do: values in double quotes, single spaces, no parentheses
/// that change nothing. PEP 508, "Environment markers".
struct MarkerReader {
  /// Parentheses may be nested so deep.
  private static let depthLimit = 64

  private indirect enum Expression {
    case comparison(String)
    case list([Expression], operators: [String])
  }

  private let bytes: [UInt8]
  private var at = 0
  private var depth = 0

  init(_ bytes: some Sequence<UInt8>) { self.bytes = Array(bytes) }

  /// Reads all of the bytes; nil when they are no marker.
  mutating func marker() -> String? {
    guard let expression = expression() else { return nil }
    skipSpace()
    return at == bytes.count ? Self.text(expression, isOuter: true) : nil
  }

  private static func text(_ expression: Expression, isOuter: Bool) -> String {
    switch expression {
    case .comparison(let text): return text
    case .list(let parts, _) where parts.count == 1: return text(parts[0], isOuter: isOuter)
    case .list(let parts, let operators):
      var result = text(parts[0], isOuter: false)
      for (name, part) in zip(operators, parts.dropFirst()) { result += " \(name) " + text(part, isOuter: false) }
      return isOuter ? result : "(" + result + ")"
    }
  }

  private mutating func expression() -> Expression? {
    guard let first = atom() else { return nil }
    var parts = [first]
    var operators: [String] = []
    while true {
      skipSpace()
      guard let name = keyword(["and", "or"]) else { return .list(parts, operators: operators) }
      guard let next = atom() else { return nil }
      operators.append(name)
      parts.append(next)
    }
  }

  private mutating func atom() -> Expression? {
    skipSpace()
    guard at < bytes.count, bytes[at] == UInt8(ascii: "(") else { return comparison() }
    at += 1
    depth += 1
    guard depth <= Self.depthLimit, let inside = expression() else { return nil }
    depth -= 1
    skipSpace()
    guard at < bytes.count, bytes[at] == UInt8(ascii: ")") else { return nil }
    at += 1
    return inside
  }

  private mutating func comparison() -> Expression? {
    guard let left = operand() else { return nil }
    skipSpace()
    guard let sign = sign() else { return nil }
    skipSpace()
    guard let right = operand() else { return nil }
    let isExtra = left.name == "extra" || right.name == "extra"
    return .comparison(Self.text(left, isExtra: isExtra) + " \(sign) " + Self.text(right, isExtra: isExtra))
  }

  private typealias Operand = (name: String?, value: [UInt8])

  /// Names of extras are compared in their canonical form, and written so.
  private static func text(_ operand: Operand, isExtra: Bool) -> String {
    if let name = operand.name { return name }
    let value = isExtra ? ProjectName.canonical(operand.value) : operand.value
    let quote = value.contains(UInt8(ascii: "\"")) ? "'" : "\""
    return quote + String(decoding: value, as: UTF8.self) + quote
  }

  private mutating func operand() -> Operand? {
    guard at < bytes.count else { return nil }
    let first = bytes[at]
    if first == UInt8(ascii: "\"") || first == UInt8(ascii: "'") {
      guard let end = bytes[(at + 1)...].firstIndex(of: first) else { return nil }
      defer { at = end + 1 }
      return (nil, Array(bytes[(at + 1)..<end]))
    }
    let start = at
    while at < bytes.count, isWord(bytes[at]) || bytes[at] == UInt8(ascii: ".") { at += 1 }
    let name = String(
      decoding: bytes[start..<at].map { $0 == UInt8(ascii: ".") ? UInt8(ascii: "_") : $0 }, as: UTF8.self)
    switch name {
    case "python_implementation": return ("platform_python_implementation", [])
    case "python_version", "python_full_version", "os_name", "sys_platform", "platform_release", "platform_system",
      "platform_version", "platform_machine", "platform_python_implementation", "implementation_name",
      "implementation_version", "extra", "extras", "dependency_groups":
      return (name, [])
    default: return nil
    }
  }

  private mutating func sign() -> String? {
    for text in ["===", "==", "~=", "!=", "<=", ">=", "<", ">"] where bytes[at...].starts(with: text.utf8) {
      at += text.utf8.count
      return text
    }
    if keyword(["in"]) != nil { return "in" }
    guard keyword(["not"]) != nil else { return nil }
    skipSpace()
    return keyword(["in"]) == nil ? nil : "not in"
  }

  private mutating func keyword(_ names: [String]) -> String? {
    for name in names where bytes[at...].starts(with: name.utf8) {
      let end = at + name.utf8.count
      if end < bytes.count, isWord(bytes[end]) { continue }
      at = end
      return name
    }
    return nil
  }

  private mutating func skipSpace() { while at < bytes.count, bytes[at] == 0x20 || bytes[at] == 0x09 { at += 1 } }

  private func isWord(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
      || byte == UInt8(ascii: "_")
  }
}
