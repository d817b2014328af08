/// A small generator of numbers that look random and are the same in every run (SplitMix64).
struct Dice: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}

/// Makes JSON texts and nearly-JSON texts.
struct Mutator {
  var dice: Dice

  private static let atoms = [
    "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u", "\\ud83d", "\\ude00", "\\u0041", "\\n", "\\/", "0", "1", "-", "+",
    ".", "e", "E", "true", "false", "null", " ", "\n", "\t", "\r", "a", "é", "😀", "\u{0}", "\u{1f}", "\u{7f}",
    "\"key\":", "1.5e-3", "NaN", "12345678901234567890", "longer than eight bytes",
  ]

  /// Writes a value that is JSON.
  mutating func value(depth: Int) -> String {
    switch Int.random(in: 0..<(depth > 0 ? 7 : 5), using: &dice) {
    case 0:
      return ["0", "-0", "17", "-3.25", "1e9", "6E-2", "0.001", "123456789012345678901"].randomElement(using: &dice)!
    case 1: return ["true", "false", "null"].randomElement(using: &dice)!
    case 2...4: return string()
    case 5: return "[" + list(depth) { $0.value(depth: depth - 1) } + space() + "]"
    default: return "{" + list(depth) { $0.string() + $0.space() + ":" + $0.space() + $0.value(depth: depth - 1) } + "}"
    }
  }

  private mutating func list(_ depth: Int, _ element: (inout Mutator) -> String) -> String {
    var parts: [String] = []
    for _ in 0..<Int.random(in: 0...4, using: &dice) { parts.append(space() + element(&self)) }
    return parts.joined(separator: space() + ",") + space()
  }

  private mutating func space() -> String {
    ["", "", "", " ", "\n", "\r\n\t", "\n          "].randomElement(using: &dice)!
  }

  private mutating func string() -> String {
    let pieces = [
      "a", "name", "é", "中文", "😀", "\\n", "\\\"", "\\\\", "\\/", "\\u00e9", "\\ud83d\\ude00", "\\ud800", "0123456789",
    ]
    return "\"" + (0..<Int.random(in: 0...5, using: &dice)).map { _ in pieces.randomElement(using: &dice)! }.joined()
      + "\""
  }

  /// Changes a few bytes of a text.
  mutating func damage(_ json: [UInt8]) -> [UInt8] {
    var bytes = json
    for _ in 0..<Int.random(in: 1...3, using: &dice) {
      let at = Int.random(in: 0...bytes.count, using: &dice)
      switch Int.random(in: 0..<5, using: &dice) {
      case 0 where at < bytes.count: bytes.remove(at: at)
      case 1 where at < bytes.count: bytes[at] = UInt8.random(in: 0...255, using: &dice)
      case 2: bytes = Array(bytes.prefix(at))
      default: bytes.insert(contentsOf: Array(Self.atoms.randomElement(using: &dice)!.utf8), at: at)
      }
    }
    return bytes
  }
}
