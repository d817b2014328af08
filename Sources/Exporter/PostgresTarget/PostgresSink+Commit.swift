import Postgres
import WheelModel

extension PostgresSink {
  func commit() throws -> BatchResult {
    try flush()
    if batch?.plan.isCareful ?? false { try writeReleasesCarefully() }
    guard let batch else { return BatchResult() }
    return try with { session in
      var steps = PostgresSteps()
      for row in batch.releaseRows { addRelease(row, to: &steps) }
      addDropLocks(of: batch.plan.releases.map(\.key.repository.product), to: &steps)
      addGone(batch.goneKeys, to: &steps)
      addDrops(batch.dropRows, to: &steps)
      for issue in batch.result.issues { addIssue(issue, to: &steps) }
      try steps.run(on: session, operation: "end a batch")
      try session.commit(operation: "commit a batch")
      self.batch = nil
      return batch.result
    }
  }

  func abandon() {
    let isCopying = batch?.isCopying ?? false
    batch = nil
    guard let connection else { return }
    do {
      if isCopying { try connection.abandonCopy(operation: "give a batch up") }
      try connection.rollback()
      if !connection.isIdle { close() }
    } catch {
      // The server rolls a broken session back by itself.
      close()
    }
  }

  func addRelease(_ row: PostgresRow, to steps: inout PostgresSteps) {
    let table = Table.releases
    let changes = table.columnNames.filter { !table.primaryKey.contains($0) }.map { "\($0) = EXCLUDED.\($0)" }
    let places = (1...table.columns.count).map { "$\($0)" }
    steps.add(
      """
      INSERT INTO \(schema.name(table)) AS present (\(table.columnNames.joined(separator: ", ")))
      VALUES (\(places.joined(separator: ", ")))
      ON CONFLICT (\(table.primaryKey.joined(separator: ", "))) DO UPDATE SET \(changes.joined(separator: ", "))
      WHERE present.store_id = EXCLUDED.store_id
      """, row.parameters
    ) { answer in
      guard answer.affectedRows == 1 else { throw Self.miscounted("releases") }
    }
  }

  /// Removes what hung on artifacts that are gone, unless another artifact of the product has the same key.
  private func addGone(_ gone: [RepositoryKey: [String]], to steps: inout PostgresSteps) {
    for (repository, keys) in gone.sorted(by: { $0.key < $1.key }) {
      let product = Parameter.text(repository.product.string)
      let list = Parameter.textArray(keys)
      // A key may have passed to another release of this very batch: then its rows are the new ones.
      steps.add(
        """
        DELETE FROM \(schema.name(.packages)) p
        WHERE p.product_key = $1 AND p.repository_key = $2 AND p.artifact_key = ANY ($3) AND NOT EXISTS (
          SELECT 1 FROM \(schema.name(.artifacts)) a WHERE a.product_key = p.product_key
            AND a.repository_key = p.repository_key AND a.artifact_key = p.artifact_key)
        """, [product, .text(repository.repository.string), list])
      steps.add(
        """
        DELETE FROM \(schema.name(.drops)) d WHERE d.product_key = $1 AND d.name = ANY ($2) AND NOT EXISTS (
          SELECT 1 FROM \(schema.name(.artifacts)) a
          WHERE a.product_key = d.product_key AND a.artifact_key = d.name)
        """, [product, list])
      steps.add(
        """
        UPDATE \(schema.name(.drops)) d SET created_at = (
          SELECT min(a.created_at) FROM \(schema.name(.artifacts)) a
          WHERE a.product_key = d.product_key AND a.artifact_key = d.name)
        WHERE d.product_key = $1 AND d.name = ANY ($2)
        """, [product, list])
    }
  }

  /// Writes all drops of the batch by one statement; a drop is as old as the oldest artifact that names it.
  private func addDrops(_ rows: [PostgresRow], to steps: inout PostgresSteps) {
    guard !rows.isEmpty else { return }
    func texts(_ column: Int) -> Parameter {
      .textArray(
        rows.map { row -> String? in
          guard case .bytes(let bytes) = row.fields[column] else { return nil }
          return String(decoding: bytes, as: UTF8.self)
        })
    }
    steps.add(
      """
      INSERT INTO \(schema.name(.drops)) (product_key, drop_key, name, product_version, created_at)
      SELECT DISTINCT ON (u.product_key, u.drop_key) u.product_key, u.drop_key, u.name, u.product_version, (
        SELECT min(a.created_at) FROM \(schema.name(.artifacts)) a
        WHERE a.product_key = u.product_key AND a.artifact_key = u.name)
      FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS u (product_key, drop_key, name, product_version)
      WHERE EXISTS (
        SELECT 1 FROM \(schema.name(.artifacts)) a WHERE a.product_key = u.product_key AND a.artifact_key = u.name)
      ON CONFLICT (product_key, drop_key) DO UPDATE
      SET name = EXCLUDED.name, product_version = EXCLUDED.product_version, created_at = EXCLUDED.created_at
      """, [texts(0), texts(1), texts(2), texts(3)])
  }

  func addIssue(_ issue: ExportIssue, to steps: inout PostgresSteps) {
    let table = schema.name(.issues)
    steps.add(
      """
      INSERT INTO \(table) (product_key, repository_key, artifact_key, column_name, store_id, tag, code, message, noted_at)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, now())
      ON CONFLICT (product_key, repository_key, artifact_key, column_name, store_id) DO UPDATE
      SET tag = EXCLUDED.tag, code = EXCLUDED.code, message = EXCLUDED.message, noted_at = EXCLUDED.noted_at
      """,
      [
        .text(issue.repository.product.string), .text(issue.repository.repository.string),
        .text(ExportIssue.storable(issue.artifactKey)), .text(issue.column), .text(storeID),
        .text(ExportIssue.storable(issue.tag)), .text(issue.code), .text(issue.message),
      ])
  }
}
