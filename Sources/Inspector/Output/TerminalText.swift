import JSONScan
import WheelModel

/// Makes text safe for terminals and knows how wide it is there.
///
/// Names, tags and versions come from outside. Escape sequences, C1 controls and bidirectional overrides in them could
/// move the cursor, retitle the window or show a name as another one.
public enum TerminalText {
  /// Tells whether every byte is printable ASCII: then nothing needs escaping and the width is the count.
  static func isPlain(_ bytes: Span<UInt8>) -> Bool {
    var index = 0
    while index < bytes.count {
      if bytes[index] &- 0x20 >= 0x5f { return false }
      index += 1
    }
    return true
  }

  /// Writes `\u{1b}` for each unsafe character; returns the columns it takes on a terminal.
  @discardableResult
  public static func appendEscaped(_ text: String, to bytes: inout [UInt8]) -> Int {
    if isPlain(text.utf8.span) {
      bytes.append(contentsOf: text.utf8)
      return text.utf8.count
    }
    var columns = 0
    for scalar in text.unicodeScalars {
      if SafeText.isActive(scalar) {
        let escape = "\\u{" + String(scalar.value, radix: 16) + "}"
        bytes.append(contentsOf: escape.utf8)
        columns += escape.utf8.count
      } else {
        bytes.append(contentsOf: UTF8.encode(scalar)!)
        columns += width(scalar)
      }
    }
    return columns
  }

  /// Returns the text with `\u{1b}` for each unsafe character.
  public static func escaped(_ text: String) -> String {
    if isPlain(text.utf8.span) { return text }
    var bytes: [UInt8] = []
    appendEscaped(text, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  static func string(_ utf8: Span<UInt8>) -> String {
    var bytes: [UInt8] = []
    bytes.append(copying: utf8)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The number of columns the text takes.
  public static func width(_ text: String) -> Int {
    if isPlain(text.utf8.span) { return text.utf8.count }
    return text.unicodeScalars.reduce(0) { $0 + width($1) }
  }

  /// The number of columns a character takes: 2 for East Asian wide ones and pictographs, 0 for marks that combine.
  public static func width(_ scalar: Unicode.Scalar) -> Int {
    switch scalar.value {
    case 0x20...0x7e: return 1
    case 0x300...0x36f, 0x483...0x489, 0x591...0x5bd, 0x610...0x61a, 0x64b...0x65f, 0x1ab0...0x1aff, 0x1dc0...0x1dff,
      0x200b...0x200f, 0x20d0...0x20ff, 0xfe00...0xfe0f, 0xfe20...0xfe2f:
      return 0
    case 0x1100...0x115f, 0x2e80...0x303e, 0x3041...0x33ff, 0x3400...0x4dbf, 0x4e00...0x9fff, 0xa000...0xa4cf,
      0xac00...0xd7a3, 0xf900...0xfaff, 0xfe30...0xfe6f, 0xff00...0xff60, 0xffe0...0xffe6, 0x1f300...0x1f64f,
      0x1f680...0x1f6ff, 0x1f900...0x1f9ff, 0x20000...0x3fffd:
      return 2
    default: return 1
    }
  }

  /// Appends a JSON string. With `isTerminal` the unsafe characters are escaped as `\u…`, which is the same value.
  /// With `isASCII` all but ASCII is.
  public static func appendJSON(_ text: String, isTerminal: Bool, isASCII: Bool = false, to bytes: inout [UInt8]) {
    let utf8 = text.utf8.span
    if !isTerminal, !isASCII { return JSONText.append(utf8, to: &bytes) }
    bytes.append(UInt8(ascii: "\""))
    if JSONText.isPlain(utf8) {
      bytes.append(copying: utf8)
    } else {
      for scalar in text.unicodeScalars {
        let isEscaped = isASCII ? scalar.value > 0x7e : isTerminal && SafeText.isActive(scalar)
        appendJSON(scalar, isEscaped: isEscaped, to: &bytes)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private static func appendJSON(_ scalar: Unicode.Scalar, isEscaped: Bool, to bytes: inout [UInt8]) {
    switch scalar {
    case "\"": bytes.append(contentsOf: [0x5c, 0x22])
    case "\\": bytes.append(contentsOf: [0x5c, 0x5c])
    case "\n": bytes.append(contentsOf: [0x5c, UInt8(ascii: "n")])
    case "\r": bytes.append(contentsOf: [0x5c, UInt8(ascii: "r")])
    case "\t": bytes.append(contentsOf: [0x5c, UInt8(ascii: "t")])
    case "\u{8}": bytes.append(contentsOf: [0x5c, UInt8(ascii: "b")])
    case "\u{c}": bytes.append(contentsOf: [0x5c, UInt8(ascii: "f")])
    default:
      if scalar.value < 0x20 || isEscaped {
        for unit in UTF16.encode(scalar)! { appendEscape(unit, to: &bytes) }
      } else {
        bytes.append(contentsOf: UTF8.encode(scalar)!)
      }
    }
  }

  private static func appendEscape(_ unit: UInt16, to bytes: inout [UInt8]) {
    bytes.append(0x5c)
    bytes.append(UInt8(ascii: "u"))
    for shift in [12, 8, 4, 0] as [UInt16] {
      let digit = UInt8(truncatingIfNeeded: (unit >> shift) & 0xf)
      bytes.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
    }
  }
}
