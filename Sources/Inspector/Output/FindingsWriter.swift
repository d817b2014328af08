/// Writes what a check found.
public enum FindingsWriter {
  private typealias Finding = (place: String, subject: String, problem: String)

  private static let columns: [Column<Finding>] = [
    Column("place", .all) { $1.text($0.place) },
    Column("subject", .all) { $1.text($0.subject) },
    Column("problem", .all) { $1.text($0.problem) },
  ]

  /// Writes a row for each finding: where, of what, what is wrong. A table of none is left out.
  ///
  /// Throws `OutputError`.
  public static func write(
    _ findings: [(String, String, String)], presentation: Presentation, to output: BufferedOutput
  ) throws {
    if findings.isEmpty, presentation.format == .table { return }
    let rows = RowWriter(columns: columns, presentation: presentation, output: output)
    rows.begin()
    for finding in findings { rows.write((finding.0, finding.1, finding.2)) }
    rows.end()
    try output.flush()
  }
}
