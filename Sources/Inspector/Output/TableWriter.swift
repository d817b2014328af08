import JSONScan

/// Lays out a table whose rows arrive one after another.
///
/// The first rows are held back to learn the widths; later ones are written at once, and a cell that is wider than its
/// column by then pushes the rest of its line. On a terminal that is too narrow, columns are left out before those by which
/// a row is told from others are cut.
struct TableWriter {
  /// What a column is worth when there is no room for all.
  enum Rank: Comparable {
    /// Says where the row belongs, which is the same for many: left out first.
    case context
    /// Says something of the row: cut, then left out.
    case detail
    /// Names the row, or is its point: never left out, and cut last.
    case identity
  }

  /// The rows that are looked at before widths are fixed.
  static let sample = 500
  private static let gap = 2
  /// What identities are cut to where there is no room for them alone.
  private static let narrowest = 6
  /// What others are cut to before they are left out.
  private static let readable = 11
  /// Stands at the end of the header when columns were left out.
  private static let mark = "…"

  private let titles: [String]
  private let areNumbers: [Bool]
  private let ranks: [Rank]
  private let limit: Int?
  private let colours: Bool
  private var widths: [Int]
  /// The columns that are written.
  private var shown: [Int]
  private var isShown: [Bool]
  private var isLaidOut = false
  /// The cells of the rows that are not written yet, one behind another: whoever has a row appends them.
  var cells: [UInt8] = []
  /// For each of these cells its end and the columns it takes on a terminal.
  var ends: [(end: Int, width: Int)] = []

  init(titles: [String], areNumbers: [Bool], ranks: [Rank], width: Int?, colours: Bool) {
    self.titles = titles
    self.areNumbers = areNumbers
    self.ranks = ranks
    shown = Array(titles.indices)
    isShown = Array(repeating: true, count: titles.count)
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
    for column in shown {
      write(titles[column].utf8.span, width: TerminalText.width(titles[column]), column, to: &line)
    }
    if shown.count < titles.count, let last = shown.last {
      Self.pad(max(0, widths[last] - TerminalText.width(titles[last])) + 1, &line)
      line += Self.mark.utf8
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
      if isShown[column] { write(cells.span.extracting(start..<end), width: width, column, to: &bytes) }
      start = end
      if column == last { bytes.append(UInt8(ascii: "\n")) }
      column = column == last ? 0 : column + 1
    }
    swap(&bytes, &output.bytes)
    cells.removeAll(keepingCapacity: true)
    ends.removeAll(keepingCapacity: true)
  }

  /// Leaves columns out until the others can be read, then narrows the widest, one step at a time, until a line fits.
  private mutating func fit() {
    guard let limit else { return }
    func needed(_ columns: [Int], _ width: (Int) -> Int) -> Int {
      let marked = columns.count < titles.count ? 2 : 0
      return columns.map(width).reduce(0, +) + Self.gap * (columns.count - 1) + marked
    }
    while shown.count > 1, needed(shown, leastWidth) > limit {
      guard let rank = shown.map({ ranks[$0] }).min(), rank < .identity else { break }
      // Of details the last goes first, of contexts the first: what is next to the row's name says more of it.
      let candidates = shown.filter { ranks[$0] == rank }
      let gone = rank == .context ? candidates.first : candidates.last
      shown.removeAll { $0 == gone }
      if let gone { isShown[gone] = false }
    }
    for least in [leastWidth, { _ in Self.narrowest }] {
      var excess = needed(shown) { widths[$0] } - limit
      while excess > 0 {
        let candidates = shown.filter { !areNumbers[$0] && widths[$0] > least($0) }
        guard let widest = candidates.max(by: { widths[$0] < widths[$1] }) else { break }
        let next = candidates.map { widths[$0] }.filter { $0 < widths[widest] }.max() ?? 0
        let step = min(excess, max(1, widths[widest] - max(next, least(widest))))
        widths[widest] -= step
        excess -= step
      }
    }
  }

  /// The width under which a column is rather left out than cut.
  private func leastWidth(_ column: Int) -> Int {
    areNumbers[column] || ranks[column] == .identity ? widths[column] : min(widths[column], Self.readable)
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
    if column != shown.last { Self.pad(padding + Self.gap, &bytes) }
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
