import Digest
import Postgres
import WheelModel

extension PostgresSink {
  func compare(_ state: ReleaseState, readsData: Bool, into report: inout TargetVerification) throws {
    let found = Findings()
    var steps = PostgresSteps()
    let key = state.release.key
    let repository = key.repository
    report.releases += 1
    let scope: [Parameter] = [.text(repository.product.string), .text(repository.repository.string)]
    // What was set aside explains a NULL or an absence; asked first, so that the later answers can look it up.
    steps.add(
      """
      SELECT artifact_key, column_name FROM \(schema.name(.issues))
      WHERE product_key = $1 AND repository_key = $2 AND tag = $3 AND store_id = $4
      """, scope + [.text(ExportIssue.storable(key.tag)), .text(storeID)]
    ) { answer in
      for row in 0..<answer.rowCount {
        found.explained.insert(Findings.Place(answer.string(row, 0) ?? "", answer.string(row, 1) ?? ""))
      }
    }
    let release = PostgresRow(.releases, RowValues.release(state.release, storeID: storeID))
    addComparison(of: release, key: key.tag, issueColumn: "releases.tag", to: &steps, found)
    if !release.isOmitted { addUnexpected(state, scope, to: &steps, found) }
    for artifact in state.artifacts {
      report.artifacts += 1
      let row = PostgresRow(.artifacts, RowValues.artifact(artifact, storeID: storeID))
      addComparison(of: row, key: artifact.artifact.id.key, issueColumn: "artifact_key", to: &steps, found)
      if !row.isOmitted { addPackages(artifact, scope, to: &steps, found) }
    }
    for drop in state.drops { addDrop(drop, to: &steps, found) }
    report.drops += state.drops.count
    try with { try steps.run(on: $0, operation: "compare a release") }
    if readsData, schema.documentType == .jsonb { try compareValues(state, found) }
    found.report(into: &report)
  }

  /// Compares one row's columns on the server, which answers with a truth for each.
  private func addComparison(
    of row: PostgresRow, key: Text, issueColumn: String, to steps: inout PostgresSteps, _ found: Findings
  ) {
    for refusal in row.refused { found.setAside(row.table, key, refusal.column) }
    guard !row.isOmitted else { return }
    let columns = row.table.columns
    var questions: [String] = []
    for (index, column) in columns.enumerated() {
      questions.append(
        column.type == .document
          ? digest(of: column.name) : "\(column.name) IS NOT DISTINCT FROM $\(index + 1)")
    }
    let places = row.table.primaryKey.map { name in
      "\(name) = $\((columns.firstIndex { $0.name == name } ?? 0) + 1)"
    }
    // Each parameter has its type; documents need none of their own here.
    let parameters = zip(columns, row.parameters).map { $0.type == .document ? .text(nil) : $1 }
    let unused = columns.indices.filter { columns[$0].type == .document }.map { " AND $\($0 + 1)::text IS NULL" }
    steps.add(
      """
      SELECT \(questions.joined(separator: ", ")) FROM \(schema.name(row.table))
      WHERE \(places.joined(separator: " AND "))\(unused.joined())
      """, parameters
    ) { answer in
      guard answer.rowCount == 1 else { return found.missing(row.table, key, explainedBy: issueColumn) }
      for (index, column) in columns.enumerated() {
        if column.type != .document {
          if answer.boolean(0, index) != true { found.differs(row.table, key, column.name) }
        } else if case .document(let document) = row.fields[index] {
          found.documents += 1
          guard let text = answer.string(0, index) else {
            found.missingValue(row.table, key, column.name)
            continue
          }
          if !text.isEmpty, text != document.sha256.hex { found.differs(row.table, key, column.name) }
        } else if answer.string(0, index) != nil {
          found.differs(row.table, key, column.name)
        }
      }
    }
  }

  /// The server's own digest of a document; of `jsonb`, whose text is not what was sent, only that there is one.
  private func digest(of column: String) -> String {
    schema.documentType == .jsonb
      ? "CASE WHEN \(column) IS NOT NULL THEN '' END"
      : "encode(sha256(convert_to(\(column)::text, 'UTF8')), 'hex')"
  }

  private func addUnexpected(
    _ state: ReleaseState, _ scope: [Parameter], to steps: inout PostgresSteps, _ found: Findings
  ) {
    let expected = Set(state.artifacts.map(\.artifact.id.key))
    steps.add(
      """
      SELECT artifact_key FROM \(schema.name(.artifacts))
      WHERE product_key = $1 AND repository_key = $2 AND tag = $3
      """, scope + [.text(state.release.key.tag.string)]
    ) { answer in
      for row in 0..<answer.rowCount {
        let key = Text(answer.string(row, 0) ?? "")
        if !expected.contains(key) { found.differs(.artifacts, key, "unexpected row") }
      }
    }
  }

  private func addPackages(
    _ artifact: ArtifactState, _ scope: [Parameter], to steps: inout PostgresSteps, _ found: Findings
  ) {
    let key = artifact.artifact.id.key
    let (count, digest, hasNUL) = Self.digest(of: artifact.packages)
    found.packageRows += artifact.packages.count
    steps.add(
      """
      SELECT count(*), encode(sha256(convert_to(coalesce(string_agg(
        name || chr(1) || version || chr(2), '' ORDER BY name COLLATE "C", version COLLATE "C"), ''), 'UTF8')), 'hex')
      FROM \(schema.name(.packages)) WHERE product_key = $1 AND repository_key = $2 AND artifact_key = $3
      """, scope + [.text(key.string)]
    ) { answer in
      let isEqual = answer.integer(0, 0) == Int64(count) && answer.string(0, 1) == digest
      if isEqual, !hasNUL { return }
      if found.isExplained(key, "artifact_packages.name") || found.isExplained(key, "artifact_key") {
        found.setAside(.packages, key, "name")
      } else {
        found.differs(.packages, key, isEqual ? "unexplained rows" : "rows")
      }
    }
  }

  private static func digest(of list: PackageList) -> (count: Int, digest: String, hasNUL: Bool) {
    var running = PackageDigest()
    var hasNUL = false
    list.forEach { name, version in
      if name.holdsNUL || version.holdsNUL { hasNUL = true } else { running.add(name, version) }
    }
    return (running.count, running.finalize().hex, hasNUL)
  }

  private func addDrop(_ drop: Drop, to steps: inout PostgresSteps, _ found: Findings) {
    let row = PostgresRow(.drops, RowValues.drop(drop))
    guard !row.isOmitted else { return found.setAside(.drops, drop.key, "drop_key") }
    // As old as the oldest artifact here that names it: another store's may, and one that was not sent yet.
    steps.add(
      """
      SELECT name IS NOT DISTINCT FROM $3, product_version IS NOT DISTINCT FROM $4, created_at = coalesce((
        SELECT min(a.created_at) FROM \(schema.name(.artifacts)) a
        WHERE a.product_key = $1 AND a.artifact_key = $3), $5)
      FROM \(schema.name(.drops)) WHERE product_key = $1 AND drop_key = $2
      """, row.parameters
    ) { answer in
      guard answer.rowCount == 1 else {
        if !found.isExplained(drop.name, "artifact_key") { found.differs(.drops, drop.key, "missing row") }
        return
      }
      for (index, column) in ["name", "product_version", "created_at"].enumerated()
      where answer.boolean(0, index) != true { found.differs(.drops, drop.key, column) }
    }
  }

  /// Sends each document again and lets the server compare the values.
  private func compareValues(_ state: ReleaseState, _ found: Findings) throws {
    for artifact in state.artifacts {
      let id = artifact.artifact.id
      for document in artifact.documents where !found.isNull(id.key, document.kind.name) {
        try with { session in
          try session.query("BEGIN", operation: "compare a document")
          let table = try temporaryTable(session, Self.probeName, "(value jsonb)")
          try session.beginCopy("COPY \(table) (value) FROM STDIN (FORMAT binary)", operation: "compare a document")
          var buffer = Self.copyHeader
          BinaryForm.append(Int16(1), to: &buffer)
          BinaryForm.append(Int32(clamping: document.byteCount + 1), to: &buffer)
          buffer.append(1)
          try document.forEachPiece { piece in
            try Self.drain(&buffer, to: session)
            try session.sendCopy(piece, operation: "compare a document")
          }
          buffer += Self.copyTrailer
          try Self.drain(&buffer, to: session)
          _ = try session.endCopy(operation: "compare a document")
          let answer = try session.query(
            """
            SELECT a.\(document.kind.name) = p.value FROM \(schema.name(.artifacts)) a, \(table) p
            WHERE a.product_key = $1 AND a.repository_key = $2 AND a.artifact_key = $3
            """,
            [.text(id.repository.product.string), .text(id.repository.repository.string), .text(id.key.string)],
            operation: "compare a document")
          if answer.rowCount == 1, answer.boolean(0, 0) == false {
            found.differs(.artifacts, id.key, document.kind.name)
          }
          try session.rollback()
        }
      }
    }
  }
}
