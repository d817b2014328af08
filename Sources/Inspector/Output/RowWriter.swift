import JSONScan

/// Writes the rows of a list in any format, a row at a time: nothing but a table's first rows is held back.
public final class RowWriter<Record> {
  private let columns: [Column<Record>]
  private let presentation: Presentation
  private let output: BufferedOutput
  private let blank: CellWriter
  /// The columns' names as JSON writes them in front of values, one behind another, and where each ends.
  private let keys: [UInt8]
  private let keyEnds: [Int]
  private var table: TableWriter?
  /// The number of rows written.
  public private(set) var count = 0

  /// Writes to `output`.
  public init(columns: [Column<Record>], presentation: Presentation, output: BufferedOutput) {
    self.columns = columns
    self.presentation = presentation
    self.output = output
    blank = CellWriter(presentation)
    var keys: [UInt8] = []
    var keyEnds: [Int] = []
    for column in columns {
      keys.append(keys.isEmpty ? UInt8(ascii: "{") : UInt8(ascii: ","))
      TerminalText.appendJSON(column.name, isTerminal: false, to: &keys)
      keys.append(UInt8(ascii: ":"))
      keyEnds.append(keys.count)
    }
    (self.keys, self.keyEnds) = (keys, keyEnds)
    if presentation.format == .table {
      table = TableWriter(
        titles: columns.map(\.name), areNumbers: columns.map(\.isNumber),
        // Columns that were asked for are not left out.
        ranks: columns.map { presentation.columns == nil ? Self.rank(of: $0.name) : .identity },
        width: presentation.width,
        colours: presentation.colours)
    }
  }

  private static func rank(of name: String) -> TableWriter.Rank {
    switch name {
    case "key", "artifact_key", "tag", "name", "asset", "code", "versions", "run", "sequence", "outcome": .identity
    case "product_key", "repository_key", "variant", "series": .context
    default: .detail
    }
  }

  /// Writes what stands before the first row.
  public func begin() {
    switch presentation.format {
    case .json: output.append("[")
    case .csv:
      output.append(columns.map(\.name).joined(separator: ",") + "\n")
    case .ndjson, .table: break
    }
  }

  /// Writes a row.
  public func write(_ record: Record) {
    switch presentation.format {
    case .json:
      output.append(count == 0 ? "\n" : ",\n")
      writeObject(record)
    case .ndjson:
      writeObject(record)
      output.append(UInt8(ascii: "\n"))
    case .csv: writeCSV(record)
    case .table: writeTable(record)
    }
    count += 1
  }

  /// Writes what stands after the last row.
  public func end() {
    switch presentation.format {
    case .json: output.append(count == 0 ? "]\n" : "\n]\n")
    case .table: table?.finish(to: output)
    case .ndjson, .csv: break
    }
  }

  // The output's bytes are moved into a writer of the row's own and back: no column then asks whether anybody else is
  // at work on them.

  private func writeObject(_ record: Record) {
    var cells = blank
    swap(&cells.bytes, &output.bytes)
    let keys = keys
    var start = 0
    for index in columns.indices {
      cells.bytes.append(copying: keys.span.extracting(start..<keyEnds[index]))
      start = keyEnds[index]
      columns[index].write(record, &cells)
    }
    cells.bytes.append(UInt8(ascii: "}"))
    swap(&cells.bytes, &output.bytes)
  }

  private func writeCSV(_ record: Record) {
    var cells = blank
    swap(&cells.bytes, &output.bytes)
    for index in columns.indices {
      if index > 0 { cells.bytes.append(UInt8(ascii: ",")) }
      columns[index].write(record, &cells)
    }
    cells.bytes.append(UInt8(ascii: "\n"))
    swap(&cells.bytes, &output.bytes)
  }

  private func writeTable(_ record: Record) {
    guard var table else { return }
    self.table = nil
    var cells = blank
    swap(&cells.bytes, &table.cells)
    for column in columns {
      column.write(record, &cells)
      table.ends.append((cells.bytes.count, cells.width))
    }
    swap(&cells.bytes, &table.cells)
    table.endRow(to: output)
    self.table = table
  }
}
