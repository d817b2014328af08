/// Writes RFC 4180 cells.
enum CSV {
  /// Appends a cell, quoted when it must be. A cell that a spreadsheet would take for a formula gets a leading `'`
  /// unless `raw`.
  static func append(_ text: String, raw: Bool, to bytes: inout [UInt8]) {
    let utf8 = text.utf8.span
    guard utf8.count > 0 else { return }
    let isFormula: Bool
    switch utf8[0] {
    case UInt8(ascii: "="), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "@"), 9, 13: isFormula = !raw
    default: isFormula = false
    }
    var needsQuotes = false
    for index in utf8.indices {
      switch utf8[index] {
      case UInt8(ascii: ","), UInt8(ascii: "\""), 10, 13: needsQuotes = true
      default: continue
      }
    }
    guard needsQuotes || isFormula else { return bytes.append(contentsOf: text.utf8) }
    bytes.append(UInt8(ascii: "\""))
    if isFormula { bytes.append(UInt8(ascii: "'")) }
    for index in utf8.indices {
      if utf8[index] == UInt8(ascii: "\"") { bytes.append(UInt8(ascii: "\"")) }
      bytes.append(utf8[index])
    }
    bytes.append(UInt8(ascii: "\""))
  }
}
