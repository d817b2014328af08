/// The shape an answer is written in.
public enum OutputFormat: String, CaseIterable, Sendable {
  /// For people: aligned columns that fit the terminal.
  case table
  /// One JSON array, or one object for a single thing.
  case json
  /// One JSON object a line.
  case ndjson
  /// RFC 4180 with a header line and line feeds.
  case csv
}

/// Says how an answer is to look: chosen by options and by what standard output is.
public struct Presentation: Sendable {
  /// The shape.
  public var format: OutputFormat
  /// The columns asked for, in their order; nil for the list's own choice.
  public var columns: [String]?
  /// The column to order by, and whether downwards.
  public var sort: SortOrder?
  /// At most so many rows; nil for all.
  public var limit: Int?
  /// So many rows are left out first.
  public var offset: Int
  /// Whether a terminal shows the answer.
  public var isTerminal: Bool
  /// The terminal's width in columns; nil when rows are never cut.
  public var width: Int?
  /// Whether colours may be used.
  public var colours: Bool
  /// Sizes in tables as plain numbers of bytes.
  public var exactSizes: Bool
  /// Control characters reach terminals and tables unescaped.
  public var raw: Bool
  /// CSV cells that a spreadsheet takes for formulas are left as they are.
  public var csvRaw: Bool
  /// What differs between two stores of equal content is left out.
  public var stable: Bool

  /// Makes a presentation; the defaults are those of a pipe.
  public init(
    format: OutputFormat = .table, columns: [String]? = nil, sort: SortOrder? = nil, limit: Int? = nil,
    offset: Int = 0, isTerminal: Bool = false, width: Int? = nil, colours: Bool = false, exactSizes: Bool = false,
    raw: Bool = false, csvRaw: Bool = false, stable: Bool = false
  ) {
    self.format = format
    self.columns = columns
    self.sort = sort
    self.limit = limit
    self.offset = offset
    self.isTerminal = isTerminal
    self.width = width
    self.colours = colours
    self.exactSizes = exactSizes
    self.raw = raw
    self.csvRaw = csvRaw
    self.stable = stable
  }

  /// Whether the shape is one of JSON's.
  public var isJSON: Bool { format == .json || format == .ndjson }
}

/// A column to order rows by.
public struct SortOrder: Equatable, Sendable {
  /// The column's name.
  public var column: String
  /// Whether the largest comes first.
  public var isDescending: Bool

  /// Makes an order of its parts.
  public init(column: String, isDescending: Bool) {
    self.column = column
    self.isDescending = isDescending
  }

  /// Reads `NAME` or `-NAME` (downwards).
  public init(_ text: String) {
    isDescending = text.hasPrefix("-")
    column = isDescending ? String(text.dropFirst()) : text
  }
}
