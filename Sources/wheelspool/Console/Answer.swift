import Inspector

/// The way of an answer to standard output.
enum Answer {
  /// What standard output asks for: a terminal has a width and perhaps colours.
  static func presentation(_ format: OutputFormat) -> Presentation {
    let terminal = Terminal(descriptor: 1)
    return Presentation(
      format: format, isTerminal: terminal.isTerminal, width: terminal.isTerminal ? terminal.columns : nil,
      colours: terminal.allowsColours)
  }

  /// Runs a body with a place to write to; on a terminal through a pager when the answer is long.
  static func write(usesPager: Bool, _ body: (BufferedOutput) throws -> Void) throws {
    let terminal = Terminal(descriptor: 1)
    guard terminal.isTerminal, usesPager else { return try flushing(FileOutput(descriptor: 1), body) }
    let pager = Pager(rows: terminal.rows)
    do {
      try flushing(pager, body)
    } catch {
      // What was written so far comes before the message.
      try? pager.finish()
      throw error
    }
    try pager.finish()
  }

  private static func flushing(_ output: any ByteOutput, _ body: (BufferedOutput) throws -> Void) throws {
    let buffered = BufferedOutput(output)
    try body(buffered)
    try buffered.flush()
  }
}
