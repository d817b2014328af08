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
  private var held: [UInt8] = []
  private var heldEnds: [(end: Int, width: Int)] = []
  private var isLaidOut = false
  private var column = 0

  init(titles: [String], areNumbers: [Bool], width: Int?, colours: Bool) {
    self.titles = titles
    self.areNumbers = areNumbers
    self.limit = width
    self.colours = colours
    widths = titles.map(TerminalText.width)
  }

  mutating func append(cell: [UInt8], width: Int, to output: BufferedOutput) {
    if isLaidOut {
      write(cell[...], width: width, to: output)
    } else {
      held.append(contentsOf: cell)
      heldEnds.append((held.count, width))
      widths[column] = max(widths[column], width)
      column = (column + 1) % titles.count
      if column == 0, heldEnds.count >= Self.sample * titles.count { layOut(to: output) }
    }
  }

  mutating func finish(to output: BufferedOutput) { if !isLaidOut { layOut(to: output) } }

  private mutating func layOut(to output: BufferedOutput) {
    fit()
    isLaidOut = true
    if colours { output.append("\u{1b}[1m") }
    for title in titles { write(Array(title.utf8)[...], width: TerminalText.width(title), to: output, isTitle: true) }
    var start = 0
    for (end, width) in heldEnds {
      write(held[start..<end], width: width, to: output)
      start = end
    }
    held = []
    heldEnds = []
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

  private mutating func write(
    _ cell: ArraySlice<UInt8>, width: Int, to output: BufferedOutput, isTitle: Bool = false
  ) {
    let room = widths[column]
    let isLast = column == titles.count - 1
    let (shown, taken) = limit != nil && width > room ? Self.cut(cell, to: room) : (cell, width)
    let padding = max(0, room - taken)
    if areNumbers[column] { output.bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: padding)) }
    output.bytes.append(contentsOf: shown)
    if isLast {
      if isTitle, colours { output.append("\u{1b}[0m") }
      output.append(UInt8(ascii: "\n"))
    } else {
      let fill = Self.gap + (areNumbers[column] ? 0 : padding)
      output.bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: fill))
    }
    column = isLast ? 0 : column + 1
  }

  /// Cuts a cell to a width, the last column of it an ellipsis.
  private static func cut(_ cell: ArraySlice<UInt8>, to room: Int) -> (ArraySlice<UInt8>, Int) {
    var result: [UInt8] = []
    var taken = 0
    for scalar in String(decoding: cell, as: UTF8.self).unicodeScalars {
      let width = TerminalText.width(scalar)
      if taken + width > room - 1 { break }
      result.append(contentsOf: UTF8.encode(scalar)!)
      taken += width
    }
    result.append(contentsOf: "…".utf8)
    return (result[...], taken + 1)
  }
}
