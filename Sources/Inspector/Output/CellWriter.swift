public import Digest
import JSONScan
public import WheelModel

/// Writes one value after another in the form that a format wants, into a growing buffer.
///
/// A column's closure calls exactly one of the value methods.
public struct CellWriter {
  /// What has been written.
  public internal(set) var bytes: [UInt8] = []
  /// The columns that the last value takes on a terminal.
  var width = 0
  /// Whether the shape is one of JSON's.
  public let isJSON: Bool
  /// Whether what differs between stores of equal content is to be left out.
  public let isStable: Bool
  private let escapes: Bool
  private let isTerminal: Bool
  /// Whether the shape is CSV.
  let isCSV: Bool
  private let csvRaw: Bool
  private let exactSizes: Bool

  init(_ presentation: Presentation) {
    isJSON = presentation.isJSON
    isStable = presentation.stable
    isCSV = presentation.format == .csv
    isTerminal = presentation.isTerminal && !presentation.raw
    escapes = !presentation.raw && (presentation.format == .table || presentation.isTerminal)
    csvRaw = presentation.csvRaw
    exactSizes = presentation.exactSizes
  }

  /// Writes that there is no value: JSON's null, an empty CSV cell, `-` in a table.
  public mutating func null() {
    if isJSON { return plain("null") }
    if !isCSV { plain("-") } else { width = 0 }
  }

  /// Writes a text, or null.
  public mutating func text(_ value: String?) {
    guard let value else { return null() }
    utf8(value.utf8.span)
  }

  /// Writes a text, or null.
  public mutating func text(_ value: Text?) {
    guard let value else { return null() }
    utf8(value.utf8.span)
  }

  /// Writes a text that is known to be UTF-8.
  public mutating func utf8(_ value: Span<UInt8>) {
    if isCSV, !escapes { return CSV.append(value, raw: csvRaw, to: &bytes) }
    if isJSON, !isTerminal { return JSONText.append(value, to: &bytes) }
    if JSONText.isPlain(value) {
      width = value.count
      if isCSV { return CSV.append(value, raw: csvRaw, to: &bytes) }
      if isJSON { bytes.append(UInt8(ascii: "\"")) }
      bytes.append(copying: value)
      if isJSON { bytes.append(UInt8(ascii: "\"")) }
      return
    }
    let string = TerminalText.string(value)
    if isJSON {
      TerminalText.appendJSON(string, isTerminal: isTerminal, to: &bytes)
    } else if isCSV {
      CSV.append(TerminalText.escaped(string).utf8.span, raw: csvRaw, to: &bytes)
    } else if escapes {
      width = TerminalText.appendEscaped(string, to: &bytes)
    } else {
      bytes.append(copying: value)
      width = TerminalText.width(string)
    }
  }

  /// Writes a number, or null.
  public mutating func number(_ value: (some BinaryInteger)?) {
    guard let value else { return null() }
    width = Decimal.append(value, to: &bytes)
  }

  /// Writes a size in bytes: for people in a table, as a number otherwise.
  public mutating func size(_ value: UInt64?) {
    guard let value, !isJSON, !isCSV, !exactSizes else { return number(value) }
    width = HumanSize.append(value, to: &bytes)
  }

  /// Writes a moment as RFC 3339 in UTC with milliseconds, or null.
  public mutating func time(_ value: Timestamp?) {
    guard let value else { return null() }
    if isJSON { bytes.append(UInt8(ascii: "\"")) }
    let start = bytes.count
    value.append(to: &bytes)
    width = bytes.count - start
    if isJSON { bytes.append(UInt8(ascii: "\"")) }
  }

  /// Writes a digest in hexadecimal.
  public mutating func digest(_ value: SHA256Digest?) {
    guard let value else { return null() }
    if isJSON { bytes.append(UInt8(ascii: "\"")) }
    value.appendHex(to: &bytes)
    width = 2 * SHA256Digest.byteCount
    if isJSON { bytes.append(UInt8(ascii: "\"")) }
  }

  /// Writes `true` or `false`; `yes` or `no` in a table.
  public mutating func boolean(_ value: Bool) {
    plain(isJSON || isCSV ? (value ? "true" : "false") : (value ? "yes" : "no"))
  }

  /// Writes a list of texts: a JSON array, in a table separated by spaces, `-` when it is empty.
  public mutating func list(_ values: some Sequence<String>) {
    if isJSON || isCSV { return json { $0.array(values) { $0.text($1) } } }
    let joined = values.joined(separator: " ")
    if joined.isEmpty { null() } else { text(joined) }
  }

  /// Writes a list of one text.
  public mutating func list(ofOne value: Span<UInt8>) {
    guard isJSON || isCSV else { return utf8(value) }
    json { $0.array { $0.utf8(value) } }
  }

  /// Writes a nested value; outside of JSON its JSON text stands in the cell.
  public mutating func json(_ body: (inout JSONCell) throws -> Void) rethrows {
    if isJSON {
      var cell = JSONCell(bytes: bytes, isTerminal: isTerminal)
      bytes = []
      defer { bytes = cell.bytes }
      try body(&cell)
    } else {
      var cell = JSONCell(bytes: [], isTerminal: isTerminal)
      try body(&cell)
      utf8(cell.bytes.span)
    }
  }

  /// Writes JSON that was written before, by a cell of the same presentation.
  mutating func json(again text: [UInt8]) { bytes.append(contentsOf: text) }

  /// Writes ASCII that needs no escape in any format.
  private mutating func plain(_ ascii: String) {
    bytes.append(copying: ascii.utf8.span)
    width = ascii.utf8.count
  }
}
