import Digest
import SQLite
import WheelModel

extension SQLiteSink {
  func compare(_ state: ReleaseState, readsData: Bool, into report: inout TargetVerification) throws {
    let found = Findings()
    let key = state.release.key
    let scope: [Value] = [
      .text(key.repository.product.string), .text(key.repository.repository.string), .text(key.tag.string),
    ]
    report.releases += 1
    try forEachRow(
      """
      SELECT artifact_key, column_name FROM export_issues
      WHERE product_key = ? AND repository_key = ? AND tag = ? AND store_id = ?
      """, scope + [.text(storeID)], operation: "read the values set aside"
    ) { row in found.explained.insert(Findings.Place(row.string(0) ?? "", row.string(1) ?? "")) }
    try compare(.releases, RowValues.release(state.release, storeID: storeID), key: key.tag, found)
    let expected = Set(state.artifacts.map(\.artifact.id.key))
    try forEachRow(
      "SELECT artifact_key FROM artifacts WHERE product_key = ? AND repository_key = ? AND tag = ?", scope,
      operation: "read artifacts"
    ) { row in
      let present = Text(row.string(0) ?? "")
      if !expected.contains(present) { found.differs(.artifacts, present, "unexpected row") }
    }
    for artifact in state.artifacts {
      report.artifacts += 1
      let id = artifact.artifact.id
      try compare(.artifacts, RowValues.artifact(artifact, storeID: storeID), key: id.key, found)
      try comparePackages(of: artifact, found)
    }
    for drop in state.drops {
      report.drops += 1
      // As old as the oldest artifact here that names it: another store's may, and one that was not sent yet.
      var expected = RowValues.drop(drop)
      try forEachRow(
        "SELECT min(created_at) FROM artifacts WHERE product_key = ? AND artifact_key = ?",
        [.text(drop.product.string), .text(drop.name.string)], operation: "read artifacts"
      ) { row in if let date = row.string(0) { expected[expected.count - 1] = .text(date) } }
      try compare(.drops, expected, key: drop.key, found)
    }
    found.report(into: &report)
  }

  private func compare(_ table: Table, _ fields: [FieldValue], key: Text, _ found: Findings) throws {
    let small = table.columns.indices.filter { table.columns[$0].type != .document }
    let keys = table.primaryKey.compactMap { name in table.columns.firstIndex { $0.name == name } }
    let names = small.map { "\"\(table.columns[$0].name)\"" }.joined(separator: ", ")
    let places = table.primaryKey.map { "\($0) = ?" }.joined(separator: " AND ")
    var rowID: Int64?
    try forEachRow(
      "SELECT \(names), rowid FROM \(table.name) WHERE \(places)", keys.map { Self.small(fields[$0]) },
      operation: "read a row"
    ) { row in
      rowID = row.integer(small.count)
      for (position, index) in small.enumerated()
      where !Self.isEqual(Self.small(fields[index]), row, position, table, table.columns[index].name) {
        found.differs(table, key, table.columns[index].name)
      }
    }
    guard let rowID else { return found.differs(table, key, "missing row") }
    for (column, field) in zip(table.columns, fields) where column.type == .document {
      try compare(field, column, table, row: rowID, key: key, found)
    }
  }

  /// A field without a document as it is written.
  private static func small(_ field: FieldValue) -> Value {
    switch field {
    case .null, .document: .null
    case .text(let text): .text(text)
    case .integer(let number): .integer(number)
    case .boolean(let truth): .integer(truth ? 1 : 0)
    case .time(let time): .text(time.rfc3339)
    case .list(let texts): .textBytes(JSONForm.list(texts))
    case .packageNames(let list): .textBytes(JSONForm.names(of: list))
    }
  }

  private static func isEqual(
    _ value: Value, _ row: borrowing Row, _ column: Int, _ table: Table, _ name: String
  ) -> Bool {
    switch value {
    case .null: return row.isNull(column)
    case .integer(let number): return !row.isNull(column) && row.integer(column) == number
    case .text(let text):
      // A drop can be older than this store knows: another store's artifact may name it too.
      if table.name == Table.drops.name, name == "created_at" {
        return row.string(column).map { $0.utf8.lexicographicallyPrecedes(text.utf8) || $0 == text } ?? false
      }
      return row.withBytes(column) { equal($0, Array(text.utf8)) } ?? false
    case .textBytes(let bytes): return row.withBytes(column) { equal($0, bytes) } ?? false
    case .blob, .zeroBlob: return false
    }
  }

  private static func equal(_ span: Span<UInt8>, _ bytes: [UInt8]) -> Bool {
    guard span.count == bytes.count else { return false }
    for index in span.indices where span[index] != bytes[index] { return false }
    return true
  }

  private func compare(
    _ field: FieldValue, _ column: Column, _ table: Table, row: Int64, key: Text, _ found: Findings
  ) throws {
    var isNull = true
    // Of a column's type SQLite reads the row's head only; IS NULL would bring the whole value into memory.
    try forEachRow(
      "SELECT typeof(\(column.name)) FROM \(table.name) WHERE rowid = ?", [.integer(row)], operation: "read a row"
    ) { isNull = $0.string(0) == "null" }
    guard case .document(let document) = field else {
      if !isNull { found.differs(table, key, column.name) }
      return
    }
    found.documents += 1
    guard !isNull else { return found.missingValue(table, key, column.name) }
    try with { database in
      let blob = try Blob(database, table: table.name, column: column.name, row: row, isWritable: false)
      var running = SHA256()
      var buffer: [UInt8] = []
      var at = 0
      while at < blob.count {
        let count = min(64 << 10, blob.count - at)
        try blob.read(into: &buffer, count: count, at: at)
        running.update(buffer.span)
        at += count
      }
      try blob.close()
      if running.finalize() != document.sha256 { found.differs(table, key, column.name) }
    }
  }

  private func comparePackages(of artifact: ArtifactState, _ found: Findings) throws {
    var expected = PackageDigest()
    artifact.packages.forEach { expected.add($0, $1) }
    var present = PackageDigest()
    let nothing: [UInt8] = []
    try forEachRow(
      """
      SELECT name, version FROM artifact_packages
      WHERE product_key = ? AND repository_key = ? AND artifact_key = ? ORDER BY name, version
      """, Self.values(artifact.artifact.id), operation: "read package rows"
    ) { row in
      let isRow: Void? = row.withBytes(0) { name in
        let isWhole: Void? = row.withBytes(1) { version in present.add(name, version) }
        if isWhole == nil { present.add(name, nothing.span) }
      }
      if isRow == nil { present.add(nothing.span, nothing.span) }
    }
    found.packageRows += artifact.packages.count
    if expected.finalize() != present.finalize() {
      found.differs(.packages, artifact.artifact.id.key, "rows")
    }
  }
}
