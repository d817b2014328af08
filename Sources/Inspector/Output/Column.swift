/// Where a column is shown when none is asked for.
public struct ColumnPlace: OptionSet, Sendable {
  /// The set's bits.
  public let rawValue: UInt8
  /// Makes a set of its bits.
  public init(rawValue: UInt8) { self.rawValue = rawValue }
  /// In tables.
  public static let table = ColumnPlace(rawValue: 1)
  /// As a member in JSON.
  public static let json = ColumnPlace(rawValue: 2)
  /// In CSV.
  public static let csv = ColumnPlace(rawValue: 4)
  /// In all formats.
  public static let all: ColumnPlace = [.table, .json, .csv]
  /// Where programs read.
  public static let machine: ColumnPlace = [.json, .csv]
}

/// One column of a list: its name, which is an API, and how its value is written.
public struct Column<Record>: Sendable {
  /// The name in headers, JSON and options.
  public let name: String
  /// Whether values stand at the right of a table's column.
  public let isNumber: Bool
  /// Whether values are versions, one or several behind spaces, which PEP 440 orders.
  public let isVersion: Bool
  /// Where it is shown when no columns are asked for.
  public let place: ColumnPlace
  /// False for what differs between two stores of equal content.
  public let isStable: Bool
  /// Writes a record's value.
  public let write: @Sendable (Record, inout CellWriter) -> Void

  /// Makes a column.
  public init(
    _ name: String, _ place: ColumnPlace, number: Bool = false, version: Bool = false, stable: Bool = true,
    _ write: @escaping @Sendable (Record, inout CellWriter) -> Void
  ) {
    self.name = name
    self.place = place
    self.isNumber = number
    self.isVersion = version
    self.isStable = stable
    self.write = write
  }
}

extension Column {
  /// Picks the columns to show: those asked for, each once, or the format's own.
  ///
  /// Throws `InspectorError`: `.unknownColumn` naming the nearest known one, `.usage` when no column is left.
  public static func chosen(from all: [Column], for presentation: Presentation) throws(InspectorError) -> [Column] {
    var result: [Column] = []
    if let names = presentation.columns {
      for name in names where !result.contains(where: { $0.name == name }) { result.append(try find(name, in: all)) }
      guard !result.isEmpty else {
        throw InspectorError(.usage, "--columns", cause: "name at least one column")
      }
    } else {
      let place: ColumnPlace =
        switch presentation.format {
        case .table: .table
        case .json, .ndjson: .json
        case .csv: .csv
        }
      result = all.filter { $0.place.contains(place) }
    }
    guard presentation.stable else { return result }
    result.removeAll { !$0.isStable }
    guard !result.isEmpty else {
      throw InspectorError(
        .usage, "--columns", cause: "name at least one column that --stable does not leave out")
    }
    return result
  }

  /// Finds a column by name.
  ///
  /// Throws `InspectorError` (`.unknownColumn`) naming the nearest known one.
  public static func find(_ name: String, in all: [Column]) throws(InspectorError) -> Column {
    if let column = all.first(where: { $0.name == name }) { return column }
    throw InspectorError(
      .unknownColumn, "column \(name)", cause: "there is no such column",
      hint: Suggestions.sentence(for: name, among: all.map(\.name)))
  }
}
