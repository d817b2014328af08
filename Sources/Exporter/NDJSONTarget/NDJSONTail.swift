/// Finds the end of what is complete in a file of JSON lines.
enum NDJSONTail {
  private static let blockBytes = 64 << 10
  /// The longest watermark line that is looked at.
  private static let longestLine = 16 << 20

  /// Returns what the last complete watermark line says, and where it ends; nil when there is none.
  ///
  /// Reads backwards: costs what follows that line.
  static func lastWatermark(of file: OutputFile) throws(ExportError) -> (NDJSONWatermarks, UInt64)? {
    let prefix = NDJSONLine.watermarkPrefix
    var end = try file.length
    var block: [UInt8] = []
    while end > 0 {
      let start = end > blockBytes ? end - UInt64(blockBytes) : 0
      // One byte before shows whether a line begins at the block's start; some after complete a prefix that is cut.
      let from = start > 0 ? start - 1 : 0
      try file.read(into: &block, count: Int(end - from) + prefix.count, at: from)
      for index in block.indices.reversed() where from + UInt64(index) >= start && from + UInt64(index) < end {
        guard block[index] == prefix[0], block[index...].starts(with: prefix) else { continue }
        guard index == 0 ? from == 0 : block[index - 1] == UInt8(ascii: "\n") else { continue }
        if let found = try watermark(in: file, at: from + UInt64(index)) { return found }
      }
      end = start
    }
    return nil
  }

  private static func watermark(in file: OutputFile, at start: UInt64) throws(ExportError) -> (
    NDJSONWatermarks, UInt64
  )? {
    var line: [UInt8] = []
    var piece: [UInt8] = []
    while line.count < longestLine {
      try file.read(into: &piece, count: blockBytes, at: start + UInt64(line.count))
      if piece.isEmpty { return nil }
      if let newline = piece.firstIndex(of: UInt8(ascii: "\n")) {
        line.append(contentsOf: piece[..<newline])
        return NDJSONWatermarks(line: line).map { ($0, start + UInt64(line.count) + 1) }
      }
      line.append(contentsOf: piece)
    }
    return nil
  }

  /// Whether the whole file is a beginning of `line`, or empty.
  static func isBeginning(_ file: OutputFile, of line: [UInt8]) throws(ExportError) -> Bool {
    guard try file.length < line.count else { return false }
    var present: [UInt8] = []
    try file.read(into: &present, count: line.count, at: 0)
    return line.starts(with: present)
  }
}
