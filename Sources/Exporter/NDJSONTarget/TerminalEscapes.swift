import WheelModel

/// Escapes in JSON on its way to a terminal what could act on it: to a reader of JSON `\u202e` is the character itself.
///
/// Takes bytes in pieces cut anywhere. Outside of strings JSON has no such characters but line ends, which stay.
struct TerminalEscapes {
  /// The beginning of a character whose end is yet to come.
  private var held: [UInt8] = []
  private var missing = 0

  mutating func append(_ bytes: [UInt8], to output: inout [UInt8]) {
    for byte in bytes {
      if missing > 0, byte & 0xc0 != 0x80 { end(&output) }
      held.append(byte)
      if missing > 0 {
        missing -= 1
      } else {
        missing = byte < 0xc0 ? 0 : byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3
      }
      if missing == 0 { end(&output) }
    }
  }

  private mutating func end(_ output: inout [UInt8]) {
    for scalar in String(decoding: held, as: UTF8.self).unicodeScalars {
      guard SafeText.isActive(scalar), scalar != "\n" else {
        output.append(contentsOf: String(scalar).utf8)
        continue
      }
      for unit in String(scalar).utf16 {
        let digits = String(unit, radix: 16)
        output.append(contentsOf: ("\\u" + String(repeating: "0", count: 4 - digits.count) + digits).utf8)
      }
    }
    held.removeAll(keepingCapacity: true)
    missing = 0
  }
}
