import JSONScan

/// Lays out a table whose rows arrive one after another.
///
/// The first rows are held back to learn the widths; later ones are written at once, and a cell that is wider than its
/// column by then pushes the rest of its line.
struct TableWriter {
  /// The rows that are looked at before widths are fixed.
  static let sample = 500
  private static let gap = 2
  private static let narrowest = 6

  private let titles: [String]
  private let areNumbers: [Bool]
  private let limit: Int?
  private let colours: Bool
  private var widths: [Int]
  private var isLaidOut = false
  /// The cells of the rows that are not written yet, one behind another: whoever has a row appends them.
  var cells: [UInt8] = []
  /// For each of these cells its end and the columns it takes on a terminal.
  var ends: [(end: Int, width: Int)] = []

  init(titles: [String], areNumbers: [Bool], width: Int?, colours: Bool) {
    self.titles = titles
    self.areNumbers = areNumbers
    self.limit = width
    self.colours = colours
    widths = titles.map(TerminalText.width)
  }

  /// Takes the row whose cells have been appended.
  mutating func endRow(to output: BufferedOutput) {
    if isLaidOut { return writeRows(to: output) }
    for column in titles.indices {
      widths[column] = max(widths[column], ends[ends.count - titles.count + column].width)
    }
    if ends.count >= Self.sample * titles.count { layOut(to: output) }
  }

  mutating func finish(to output: BufferedOutput) { if !isLaidOut { layOut(to: output) } }

  private mutating func layOut(to output: BufferedOutput) {
    fit()
    isLaidOut = true
    if colours { output.append("\u{1b}[1m") }
    var line: [UInt8] = []
    for (column, title) in titles.enumerated() {
      write(title.utf8.span, width: TerminalText.width(title), column, to: &line)
    }
    output.bytes += line
    output.append(colours ? "\u{1b}[0m\n" : "\n")
    writeRows(to: output)
  }

  private mutating func writeRows(to output: BufferedOutput) {
    var bytes: [UInt8] = []
    swap(&bytes, &output.bytes)
    let last = titles.count - 1
    var start = 0
    var column = 0
    for (end, width) in ends {
      write(cells.span.extracting(start..<end), width: width, column, to: &bytes)
      start = end
      if column == last { bytes.append(UInt8(ascii: "\n")) }
      column = column == last ? 0 : column + 1
    }
    swap(&bytes, &output.bytes)
    cells.removeAll(keepingCapacity: true)
    ends.removeAll(keepingCapacity: true)
  }

  /// Narrows the widest columns of text, one step at a time, until a line fits the terminal.
  private mutating func fit() {
    guard let limit else { return }
    var excess = widths.reduce(0, +) + Self.gap * (titles.count - 1) - limit
    while excess > 0 {
      let candidates = widths.indices.filter { !areNumbers[$0] && widths[$0] > Self.narrowest }
      guard let widest = candidates.max(by: { widths[$0] < widths[$1] }) else { return }
      let next = candidates.map { widths[$0] }.filter { $0 < widths[widest] }.max() ?? Self.narrowest
      let step = min(excess, max(1, widths[widest] - max(next, Self.narrowest)))
      widths[widest] -= step
      excess -= step
    }
  }

  private func write(_ cell: Span<UInt8>, width: Int, _ column: Int, to bytes: inout [UInt8]) {
    let room = widths[column]
    var padding = max(0, room - width)
    if areNumbers[column] {
      Self.pad(padding, &bytes)
      padding = 0
    }
    if limit != nil, width > room { padding = Self.cut(cell, to: room, &bytes) } else { bytes.append(copying: cell) }
    // Nothing stands at the right of the last column.
    if column < titles.count - 1 { Self.pad(padding + Self.gap, &bytes) }
  }

  private static func pad(_ count: Int, _ bytes: inout [UInt8]) {
    bytes.append(addingCapacity: count) { for _ in 0..<count { $0.append(UInt8(ascii: " ")) } }
  }

  /// Cuts a cell to a width, the last column of it an ellipsis; returns the columns that are left over.
  private static func cut(_ cell: Span<UInt8>, to room: Int, _ bytes: inout [UInt8]) -> Int {
    var taken = 0
    for scalar in TerminalText.string(cell).unicodeScalars {
      let width = TerminalText.width(scalar)
      if taken + width > room - 1 { break }
      bytes.append(contentsOf: UTF8.encode(scalar)!)
      taken += width
    }
    bytes.append(contentsOf: "…".utf8)
    return room - taken - 1
  }
}
