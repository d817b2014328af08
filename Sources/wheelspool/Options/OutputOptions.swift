public import ArgumentParser
public import Inspector

extension OutputFormat: ExpressibleByArgument {}

/// How an answer is written.
struct OutputOptions: ParsableArguments {
  @Option(help: ArgumentHelp("How the answer is written.", valueName: "format"))
  var format = OutputFormat.table

  @Flag(help: "Sizes in tables as numbers of bytes.")
  var bytes = false

  @Flag(help: "Leave control characters as they are, also on a terminal.")
  var raw = false

  @Flag(help: "Leave CSV cells that spreadsheets take for formulas as they are.")
  var csvRaw = false

  @Flag(help: "Leave out what differs between stores of equal content.")
  var stable = false

  @Flag(help: "Write long tables to the terminal directly.")
  var noPager = false

  /// What the options and standard output together ask for.
  var presentation: Presentation {
    var presentation = Answer.presentation(format)
    presentation.exactSizes = bytes
    presentation.raw = raw
    presentation.csvRaw = csvRaw
    presentation.stable = stable
    return presentation
  }

  /// Runs a command's body with a place to write its answer to.
  func write(_ body: (BufferedOutput) throws -> Void) throws {
    try Answer.write(usesPager: format == .table && !noPager, body)
  }
}

/// Which rows and columns of a list are shown.
struct RowOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Columns to show, separated by commas.", valueName: "names"))
  var columns: String?

  @Option(
    parsing: .unconditional, help: ArgumentHelp("Column to order by; -NAME for downwards.", valueName: "name"))
  var sort: String?

  @Option(help: ArgumentHelp("Show at most so many rows.", valueName: "n"))
  var limit: Int?

  @Option(help: ArgumentHelp("Leave out so many rows first.", valueName: "n"))
  var offset = 0

  func validate() throws {
    if let limit, limit < 0 { throw ValidationError("--limit must not be negative") }
    if offset < 0 { throw ValidationError("--offset must not be negative") }
  }

  /// Adds the choice to a presentation.
  func apply(to presentation: Presentation) -> Presentation {
    var result = presentation
    result.columns = columns.map { $0.split(separator: ",").map { String($0).trimmed } }
    result.sort = sort.map { SortOrder($0) }
    result.limit = limit
    result.offset = offset
    return result
  }
}

extension String {
  /// Without spaces at either end.
  fileprivate var trimmed: String {
    String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }
}
