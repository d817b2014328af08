public import SpoolStore
import WheelModel

/// One artifact with all its fields.
public enum ArtifactDetail {
  /// Writes an artifact: one JSON object, one CSV row, or a line for each field.
  ///
  /// Throws `InspectorError` (`.ambiguous`, `.notFound`, `.unknownColumn`), `StoreError`, `OutputError`.
  public static func write(
    _ store: Store, key: String, presentation: Presentation, to output: BufferedOutput
  ) throws {
    let row = try store.read { snapshot in
      let id = try KeyResolver(snapshot).artifact(key, in: snapshot)
      guard let view = try snapshot.artifactView(id) else {
        throw KeyResolver.notFound("artifact \(SafeText.escape(key))", [])
      }
      return ArtifactRow(view: view, names: .list(try snapshot.packageList(view)))
    }
    if presentation.format == .table { return try writeFields(row, presentation, output) }
    var single = presentation
    single.format = presentation.format == .json ? .ndjson : presentation.format
    let columns = try Column.chosen(from: ArtifactRow.columns, for: single)
    let rows = RowWriter(columns: columns, presentation: single, output: output)
    rows.begin()
    rows.write(row)
    rows.end()
    try output.flush()
  }

  private static func writeFields(
    _ row: ArtifactRow, _ presentation: Presentation, _ output: BufferedOutput
  ) throws {
    var columns = try Column.chosen(from: ArtifactRow.columns, for: presentation)
    if presentation.columns == nil {
      columns = ArtifactRow.columns.filter {
        $0.place.contains(.csv) || $0.place.contains(.table) || $0.name == ArtifactRow.packageNames
      }
      if presentation.stable { columns.removeAll { !$0.isStable } }
    }
    let width = columns.reduce(0) { max($0, $1.name.utf8.count) }
    var cells = CellWriter(presentation)
    for column in columns {
      output.append(column.name + String(repeating: " ", count: width - column.name.utf8.count + 2))
      cells.bytes.removeAll(keepingCapacity: true)
      column.write(row, &cells)
      output.bytes.append(contentsOf: cells.bytes)
      output.append("\n")
    }
    try output.flush()
  }
}
