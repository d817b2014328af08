/// Writes the rows of a list in any format, a row at a time: nothing but a table's first rows is held back.
public final class RowWriter<Record> {
  private let columns: [Column<Record>]
  private let presentation: Presentation
  private let output: BufferedOutput
  private var cells: CellWriter
  private let keys: [[UInt8]]
  private var table: TableWriter?
  /// The number of rows written.
  public private(set) var count = 0

  /// Writes to `output`.
  public init(columns: [Column<Record>], presentation: Presentation, output: BufferedOutput) {
    self.columns = columns
    self.presentation = presentation
    self.output = output
    cells = CellWriter(presentation)
    keys = columns.enumerated().map { index, column in
      var key = Array((index == 0 ? "{" : ",").utf8)
      TerminalText.appendJSON(column.name, isTerminal: false, to: &key)
      return key + [UInt8(ascii: ":")]
    }
    if presentation.format == .table {
      table = TableWriter(
        titles: columns.map(\.name), areNumbers: columns.map(\.isNumber), width: presentation.width,
        colours: presentation.colours)
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
    case .table:
      for column in columns {
        cells.bytes.removeAll(keepingCapacity: true)
        column.write(record, &cells)
        table?.append(cell: cells.bytes, width: cells.width, to: output)
      }
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

  private func writeObject(_ record: Record) {
    swap(&cells.bytes, &output.bytes)
    for (key, column) in zip(keys, columns) {
      cells.bytes.append(contentsOf: key)
      column.write(record, &cells)
    }
    cells.bytes.append(UInt8(ascii: "}"))
    swap(&cells.bytes, &output.bytes)
  }

  private func writeCSV(_ record: Record) {
    swap(&cells.bytes, &output.bytes)
    for (index, column) in columns.enumerated() {
      if index > 0 { cells.bytes.append(UInt8(ascii: ",")) }
      column.write(record, &cells)
    }
    cells.bytes.append(UInt8(ascii: "\n"))
    swap(&cells.bytes, &output.bytes)
  }
}
