import Digest
import JSONScan
import SQLite
import WheelModel

extension SQLiteSink {
  func begin(_ plan: BatchPlan) throws {
    precondition(batch == nil, "one batch at a time")
    try beginTransaction()
    try inBatch {
      batch = SQLiteBatch(plan: plan)
      for repository in plan.repositories { try checkOwner(of: repository) }
      for move in plan.moves { try moveWatermark(move) }
      for release in plan.releases { try clear(release) }
    }
  }

  func write(release: Release) throws {
    try inBatch {
      let row = try SQLiteRow(.releases, RowValues.release(release, storeID: storeID))
      try run(Self.replacement(in: .releases), row.values)
    }
  }

  func write(artifact: ArtifactState) throws {
    try inBatch {
      let id = artifact.artifact.id
      var row = try SQLiteRow(.artifacts, RowValues.artifact(artifact, storeID: storeID))
      let key = Self.values(id)
      try run("DELETE FROM artifacts WHERE product_key = ? AND repository_key = ? AND artifact_key = ?", key)
      try run(Self.insertion(in: .artifacts), row.takeValues())
      let rowID = try with { $0.lastInsertedRow }
      for document in row.streamed { try stream(document, into: rowID) }
      for (column, code, message) in row.refused {
        try note(
          ExportIssue(
            repository: id.repository, tag: artifact.artifact.tag, artifactKey: id.key, column: column, code: code,
            message: message))
      }
      try writePackages(of: artifact, key)
      batch?.result.artifacts += 1
      batch?.result.documentBytes += artifact.rawBytes
      batch?.result.packageRows += artifact.packages.count
    }
  }

  func endRelease(_ drops: [Drop]) throws {
    try inBatch {
      for drop in drops {
        let row = try SQLiteRow(.drops, RowValues.drop(drop))
        try run(Self.replacement(in: .drops), row.values)
        try age(drop.product, drop.name)
      }
    }
  }

  func commit() throws -> BatchResult {
    guard let batch else { return BatchResult() }
    try inBatch {
      for (repository, keys) in batch.goneKeys {
        for key in keys { try settle(ArtifactID(repository, key: key)) }
      }
      try with { database in try database.run("COMMIT", operation: "commit a batch") }
    }
    self.batch = nil
    return batch.result
  }

  func abandon() {
    batch = nil
    // A failed rollback leaves a transaction that closing gives up.
    do { try database?.rollback() } catch { close() }
  }

  func beginTransaction() throws {
    try with { database in
      try untilUnlocked { try database.run("BEGIN IMMEDIATE", operation: "begin a batch") }
    }
  }

  /// Runs a step of the open batch, in this exporter's errors, unless the caller asked to stop.
  private func inBatch(_ body: () throws -> Void) throws {
    if shouldStop() {
      throw ExportError(.targetFailed, .interrupted, operation: "write the target", cause: "stopped on request")
    }
    do { try body() } catch { throw Self.translate(error) }
  }

  // MARK: - Statements

  static func values(_ id: ArtifactID) -> [Value] {
    [.text(id.repository.product.string), .text(id.repository.repository.string), .text(id.key.string)]
  }

  private static func insertion(in table: Table) -> String {
    let places = table.columns.map { _ in "?" }.joined(separator: ", ")
    let names = table.columns.map { "\"\($0.name)\"" }.joined(separator: ", ")
    return "INSERT INTO \(table.name) (\(names)) VALUES (\(places))"
  }

  private static func replacement(in table: Table) -> String {
    let changes = table.columnNames.filter { !table.primaryKey.contains($0) }
      .map { "\"\($0)\" = excluded.\"\($0)\"" }.joined(separator: ", ")
    return insertion(in: table)
      + " ON CONFLICT (\(table.primaryKey.joined(separator: ", "))) DO UPDATE SET \(changes)"
  }

  // MARK: - Steps

  private func checkOwner(of repository: RepositoryKey) throws {
    var owner: String?
    try statement(
      "SELECT store_id FROM releases WHERE product_key = ? AND repository_key = ? LIMIT 1", "read the owner"
    ).forEachRow([.text(repository.product.string), .text(repository.repository.string)]) { row in
      owner = row.string(0)
      return false
    }
    if let owner, owner != storeID { throw Ownership.refusal(repository, owner: owner, storeID: storeID) }
  }

  private func moveWatermark(_ move: WatermarkMove) throws {
    let (sequence, chain) = (Value.integer(Int64(clamping: move.to.sequence)), Value.text(move.to.chain.hex))
    let (product, store) = (Value.text(move.product.string), Value.text(storeID))
    let changed: Int
    if let from = move.from {
      changed = try run(
        """
        UPDATE watermarks SET sequence = ?, chain = ?, updated_at = ?
        WHERE product_key = ? AND store_id = ? AND sequence = ? AND chain = ?
        """,
        [
          sequence, chain, .text(Clock.now.rfc3339), product, store, .integer(Int64(clamping: from.sequence)),
          .text(from.chain.hex),
        ])
    } else {
      changed = try run(
        "INSERT INTO watermarks VALUES (?, ?, ?, ?, 0, ?) ON CONFLICT DO NOTHING",
        [product, store, sequence, chain, .text(Clock.now.rfc3339)])
    }
    guard changed == 1 else { throw Ownership.movedMeanwhile(move.product) }
  }

  /// Removes what the release had and has no more.
  private func clear(_ release: PlannedRelease) throws {
    let scope: [Value] = [
      .text(release.key.repository.product.string), .text(release.key.repository.repository.string),
      .text(release.key.tag.string),
    ]
    let kept = Set(release.isDeletion ? [] : release.artifactKeys)
    var gone: [Text] = []
    try statement(
      "SELECT artifact_key FROM artifacts WHERE product_key = ? AND repository_key = ? AND tag = ?", "read artifacts"
    ).forEachRow(scope) { row in
      let key = Text(row.string(0) ?? "")
      if !kept.contains(key) { gone.append(key) }
      return true
    }
    for key in gone {
      try run(
        "DELETE FROM artifacts WHERE product_key = ? AND repository_key = ? AND artifact_key = ?",
        Self.values(ArtifactID(release.key.repository, key: key)))
    }
    batch?.goneKeys[release.key.repository, default: []] += gone
    try run(
      "DELETE FROM export_issues WHERE product_key = ? AND repository_key = ? AND tag = ? AND store_id = ?",
      scope + [.text(storeID)])
    for key in kept {
      try run(
        "DELETE FROM export_issues WHERE product_key = ? AND repository_key = ? AND artifact_key = ? AND store_id = ?",
        Self.values(ArtifactID(release.key.repository, key: key)) + [.text(storeID)])
    }
    if release.isDeletion {
      try run("DELETE FROM releases WHERE product_key = ? AND repository_key = ? AND tag = ?", scope)
    }
  }

  private func stream(_ document: DocumentState, into row: Int64) throws {
    try with { database in
      let blob = try Blob(
        database, table: Table.artifacts.name, column: document.kind.name, row: row, isWritable: true)
      var at = 0
      try document.forEachPiece { piece in
        if shouldStop() {
          throw ExportError(.targetFailed, .interrupted, operation: "write a document", cause: "stopped on request")
        }
        try blob.write(piece, at: at)
        at += piece.count
      }
      try blob.close()
    }
  }

  private func writePackages(of artifact: ArtifactState, _ key: [Value]) throws {
    try run("DELETE FROM artifact_packages WHERE product_key = ? AND repository_key = ? AND artifact_key = ?", key)
    guard artifact.packages.count > 0 else { return }
    let insert = try statement(Self.insertion(in: .packages), "write package rows")
    try artifact.packages.forEach { name, version in
      var (nameBytes, versionBytes): ([UInt8], [UInt8]) = ([], [])
      nameBytes.append(copying: name)
      versionBytes.append(copying: version)
      try insert.run(key + [.textBytes(nameBytes), .textBytes(versionBytes)])
    }
  }

  /// Brings what hung on an artifact that is gone in line with the artifacts that are left.
  func settle(_ id: ArtifactID) throws {
    try run(
      """
      DELETE FROM artifact_packages WHERE product_key = ?1 AND repository_key = ?2 AND artifact_key = ?3 AND NOT EXISTS (
        SELECT 1 FROM artifacts WHERE product_key = ?1 AND repository_key = ?2 AND artifact_key = ?3)
      """, Self.values(id))
    let drop: [Value] = [.text(id.repository.product.string), .text(id.key.string)]
    try run(
      """
      DELETE FROM drops WHERE product_key = ?1 AND name = ?2 AND NOT EXISTS (
        SELECT 1 FROM artifacts WHERE product_key = ?1 AND artifact_key = ?2)
      """, drop)
    try age(id.repository.product, id.key)
  }

  /// A drop is as old as the oldest artifact that names it.
  private func age(_ product: Text, _ name: Text) throws {
    try run(
      """
      UPDATE drops SET created_at = (
        SELECT min(created_at) FROM artifacts WHERE product_key = ?1 AND artifact_key = ?2)
      WHERE product_key = ?1 AND name = ?2
      """, [.text(product.string), .text(name.string)])
  }

  private func note(_ issue: ExportIssue) throws {
    batch?.result.issues.append(issue)
    try run(
      "INSERT OR REPLACE INTO export_issues VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
      [
        .text(issue.repository.product.string), .text(issue.repository.repository.string),
        .text(issue.artifactKey.string), .text(issue.column), .text(storeID), .text(issue.tag.string),
        .text(issue.code), .text(issue.message), .text(Clock.now.rfc3339),
      ])
  }
}
