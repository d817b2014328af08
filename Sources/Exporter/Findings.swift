import WheelModel

/// Gathers what the comparison of one release finds, and tells what is set aside from what differs.
final class Findings {
  /// A column of a row.
  struct Place: Hashable {
    let key: Text
    let column: String

    init(_ key: String, _ column: String) {
      self.key = Text(key)
      self.column = column
    }
  }

  /// What has an entry in `export_issues`.
  var explained: Set<Place> = []
  var documents = 0
  var packageRows = 0
  private var setAsideCount = 0
  private var differences: [(table: String, key: Text, what: String)] = []
  private var nulls: Set<Place> = []

  func isExplained(_ key: Text, _ column: String) -> Bool {
    explained.contains(Place(ExportIssue.storable(key), column))
  }

  func isNull(_ key: Text, _ column: String) -> Bool { nulls.contains(Place(key.string, column)) }

  func differs(_ table: Table, _ key: Text, _ what: String) { differences.append((table.name, key, what)) }

  /// Notes a value that cannot be in the target; without an entry that says so it is a difference.
  func setAside(_ table: Table, _ key: Text, _ column: String) {
    setAsideCount += 1
    nulls.insert(Place(key.string, column))
  }

  func missingValue(_ table: Table, _ key: Text, _ column: String) {
    nulls.insert(Place(key.string, column))
    if isExplained(key, column) { setAsideCount += 1 } else { differs(table, key, column) }
  }

  func missing(_ table: Table, _ key: Text, explainedBy column: String) {
    if isExplained(key, column) { setAsideCount += 1 } else { differs(table, key, "missing row") }
    for kind in DocumentKind.allCases { nulls.insert(Place(key.string, kind.name)) }
  }

  func report(into report: inout TargetVerification) {
    report.documents += documents
    report.packageRows += packageRows
    report.setAside += setAsideCount
    for difference in differences {
      report.add(difference.table, SafeText.escape(difference.key), difference.what)
    }
  }
}
