/// Writes JSON strings and reads JSON numbers.
public enum JSONText {
  /// Appends a string with its quotes, as JavaScript's `JSON.stringify` writes it.
  ///
  /// Escaped are the quote, the backslash and what is below 0x20 (`\b \t \n \f \r`, else `\u00xx` in lower case); all
  /// else stands as it is. The bytes must be UTF-8. Source: ECMA-262, QuoteJSONString.
  public static func append(_ utf8: Span<UInt8>, to output: inout [UInt8]) {
    output.append(0x22)
    var plainFrom = 0
    var at = 0
    while true {
      at = skipPlainText(utf8, from: at)
      guard at < utf8.count else { break }
      let byte = utf8[at]
      if byte < 0x80 {
        output.append(copying: utf8.extracting(plainFrom..<at))
        appendEscape(byte, to: &output)
        plainFrom = at + 1
      }
      at += 1
    }
    output.append(copying: utf8.extracting(plainFrom..<utf8.count))
    output.append(0x22)
  }

  /// Appends a string with its quotes, as JavaScript's `JSON.stringify` writes it.
  public static func append(_ string: String, to output: inout [UInt8]) {
    append(Array(string.utf8).span, to: &output)
  }

  /// Whether all bytes are printable ASCII other than quote and backslash: such text is the same in JSON and on a
  /// terminal, a column for each byte.
  public static func isPlain(_ bytes: Span<UInt8>) -> Bool {
    let ones: UInt64 = 0x0101_0101_0101_0101
    var at = 0
    while at <= bytes.count - 8 {
      // Each term has the high bit of a byte set where it finds what it looks for.
      let word = word(bytes, at)
      let quote = word ^ (ones &* 0x22)
      let backslash = word ^ (ones &* 0x5c)
      let delete = word ^ (ones &* 0x7f)
      let special =
        ((word &- ones &* 0x20) & ~word) | ((quote &- ones) & ~quote) | ((backslash &- ones) & ~backslash)
        | ((delete &- ones) & ~delete) | word
      if special & (ones &* 0x80) != 0 { return false }
      at += 8
    }
    while at < bytes.count {
      let byte = bytes[at]
      if byte < 0x20 || byte > 0x7e || byte == 0x22 || byte == 0x5c { return false }
      at += 1
    }
    return true
  }

  /// Whether any of four bytes is among the bytes.
  public static func contains(_ a: UInt8, _ b: UInt8, _ c: UInt8, _ d: UInt8, in bytes: Span<UInt8>) -> Bool {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let (wordA, wordB) = (ones &* UInt64(a), ones &* UInt64(b))
    let (wordC, wordD) = (ones &* UInt64(c), ones &* UInt64(d))
    var at = 0
    while at <= bytes.count - 8 {
      let word = word(bytes, at)
      let (x, y, z, w) = (word ^ wordA, word ^ wordB, word ^ wordC, word ^ wordD)
      let found = ((x &- ones) & ~x) | ((y &- ones) & ~y) | ((z &- ones) & ~z) | ((w &- ones) & ~w)
      if found & (ones &* 0x80) != 0 { return true }
      at += 8
    }
    while at < bytes.count {
      let byte = bytes[at]
      if byte == a || byte == b || byte == c || byte == d { return true }
      at += 1
    }
    return false
  }

  private static func appendEscape(_ byte: UInt8, to output: inout [UInt8]) {
    output.append(0x5c)
    switch byte {
    case 0x22, 0x5c: output.append(byte)
    case 0x08: output.append(UInt8(ascii: "b"))
    case 0x09: output.append(UInt8(ascii: "t"))
    case 0x0a: output.append(UInt8(ascii: "n"))
    case 0x0c: output.append(UInt8(ascii: "f"))
    case 0x0d: output.append(UInt8(ascii: "r"))
    default:
      output.append(contentsOf: [UInt8(ascii: "u"), 0x30, 0x30, 0x30 + byte >> 4])
      let low = byte & 15
      output.append(low < 10 ? 0x30 + low : UInt8(ascii: "a") + low - 10)
    }
  }

  /// Reads a number's text as an integer; nil for one with a fraction or exponent, or beyond 64 bits.
  public static func integer(_ number: Span<UInt8>) -> Int64? {
    var at = 0
    let isNegative = number.count > 0 && number[0] == 0x2d
    if isNegative { at = 1 }
    guard at < number.count else { return nil }
    var value: Int64 = 0
    while at < number.count {
      let digit = number[at] &- 0x30
      guard digit <= 9 else { return nil }
      let (shifted, overflowed) = value.multipliedReportingOverflow(by: 10)
      let (next, overflowedToo) = shifted.subtractingReportingOverflow(Int64(digit))
      guard !overflowed, !overflowedToo else { return nil }
      value = next
      at += 1
    }
    guard !isNegative else { return value }
    return value == .min ? nil : -value
  }
}
