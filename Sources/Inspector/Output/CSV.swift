import JSONScan

/// Writes RFC 4180 cells.
enum CSV {
  /// Appends a cell of UTF-8, quoted when it must be. A cell that a spreadsheet would take for a formula gets a leading
  /// `'` unless `raw`.
  static func append(_ text: Span<UInt8>, raw: Bool, to bytes: inout [UInt8]) {
    guard text.count > 0 else { return }
    let isFormula: Bool
    switch text[0] {
    case UInt8(ascii: "="), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "@"), 9, 13: isFormula = !raw
    default: isFormula = false
    }
    let (comma, quote) = (UInt8(ascii: ","), UInt8(ascii: "\""))
    guard isFormula || JSONText.contains(comma, quote, 10, 13, in: text) else { return bytes.append(copying: text) }
    bytes.append(UInt8(ascii: "\""))
    if isFormula { bytes.append(UInt8(ascii: "'")) }
    var start = 0
    for index in text.indices where text[index] == UInt8(ascii: "\"") {
      bytes.append(copying: text.extracting(start..<index + 1))
      start = index
    }
    bytes.append(copying: text.extracting(start..<text.count))
    bytes.append(UInt8(ascii: "\""))
  }
}
