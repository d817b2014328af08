import JSONScan
import Postgres
import WheelModel

extension PostgresSink {
  func write(release: Release) throws {
    let row = PostgresRow(.releases, RowValues.release(release, storeID: storeID))
    changeBatch { batch in
      batch.currentTag = release.key.tag
      batch.note(row, repository: release.key.repository, tag: release.key.tag, key: release.key.tag)
      if !row.isOmitted { batch.releaseRows.append(row) }
    }
  }

  func write(artifact: ArtifactState) throws {
    var row = PostgresRow(.artifacts, RowValues.artifact(artifact, storeID: storeID))
    let isCareful = batch?.plan.isCareful ?? false
    if isCareful, !row.isOmitted { try probeDocuments(of: &row) }
    let id = artifact.artifact.id
    if !row.isOmitted {
      if isCareful { try writeCarefully(&row, artifact) } else { try copy(row) }
    }
    let (isOmitted, hasPackages) = (row.isOmitted, artifact.packages.count > 0)
    changeBatch { batch in
      batch.note(row, repository: id.repository, tag: artifact.artifact.tag, key: id.key)
      guard !isOmitted else { return }
      batch.result.artifacts += 1
      batch.result.documentBytes += artifact.rawBytes
      if hasPackages, !isCareful {
        batch.packages.append((id, artifact.artifact.tag, artifact.packages))
        batch.packageBytes += artifact.packages.bytes.count
      }
    }
    if batch.map({ $0.packageBytes >= PostgresBatch.packageBytesHeld }) ?? false { try flush() }
  }

  func endRelease(_ drops: [Drop]) throws {
    let rows = drops.map { PostgresRow(.drops, RowValues.drop($0)) }
    changeBatch { batch in batch.dropRows += rows.filter { !$0.isOmitted } }
  }

  /// Changes the open batch in place.
  func changeBatch(_ body: (inout PostgresBatch) -> Void) {
    precondition(batch != nil, "there is no batch")
    body(&batch!)
  }

  // MARK: - Artifacts

  static let copyHeader: [UInt8] =
    Array("PGCOPY\n".utf8) + [0xff, 0x0d, 0x0a, 0x00] + [UInt8](repeating: 0, count: 8)
  static let copyTrailer: [UInt8] = [0xff, 0xff]

  /// `jsonb` travels with its version before the text.
  var documentPrefix: UInt8? { schema.documentType == .jsonb ? 1 : nil }

  /// Sends one row, starting COPY if need be.
  func copy(_ row: PostgresRow) throws {
    guard let batch else { return }
    try with { session in
      var buffer: [UInt8] = []
      if !batch.isCopying {
        let columns = Table.artifacts.columnNames.joined(separator: ", ")
        let table = batch.needsUpsert ? try incomingTable(session) : schema.name(.artifacts)
        try session.beginCopy("COPY \(table) (\(columns)) FROM STDIN (FORMAT binary)", operation: "write artifacts")
        buffer += Self.copyHeader
        changeBatch { $0.isCopying = true }
      }
      try row.encode(documentPrefix: documentPrefix, into: &buffer) {
        try session.sendCopy($0, operation: "write rows")
      }
      try Self.drain(&buffer, to: session)
      changeBatch { $0.copiedRows += 1 }
    }
  }

  static func drain(_ buffer: inout [UInt8], to session: Connection) throws {
    try session.sendCopy(buffer.span, operation: "write rows")
    buffer.removeAll(keepingCapacity: true)
  }

  /// Ends COPY and brings its rows from the temporary table to their place.
  func endArtifacts() throws {
    guard let batch, batch.isCopying else { return }
    try with { session in
      changeBatch { $0.isCopying = false }
      try session.sendCopy(Self.copyTrailer.span, operation: "write artifacts")
      let taken = try session.endCopy(operation: "write artifacts")
      guard taken == batch.copiedRows else { throw Self.miscounted("artifacts") }
      if batch.needsUpsert { try upsertArtifacts(session, count: taken) }
      changeBatch { $0.copiedRows = 0 }
    }
  }

  private func upsertArtifacts(_ session: Connection, count: Int) throws {
    let columns = Table.artifacts.columnNames
    let keys = Table.artifacts.primaryKey
    let changes = columns.filter { !keys.contains($0) }.map { "\($0) = EXCLUDED.\($0)" }
    let answer = try session.query(
      """
      INSERT INTO \(schema.name(.artifacts)) AS present (\(columns.joined(separator: ", ")))
      SELECT \(columns.joined(separator: ", ")) FROM pg_temp.\(Self.incomingName)
      ON CONFLICT (\(keys.joined(separator: ", "))) DO UPDATE SET \(changes.joined(separator: ", "))
      WHERE present.store_id = EXCLUDED.store_id
      """, operation: "write artifacts")
    guard answer.affectedRows == count else { throw Self.miscounted("artifacts") }
    try session.query("DELETE FROM pg_temp.\(Self.incomingName)", operation: "write artifacts")
  }

  static let incomingName = "wheelspool_incoming"
  static let probeName = "wheelspool_probe"

  private func incomingTable(_ session: Connection) throws -> String {
    let likeness = session.serverVersion >= 140_000 ? " INCLUDING COMPRESSION" : ""
    return try temporaryTable(session, Self.incomingName, "(LIKE \(schema.name(.artifacts))\(likeness))")
  }

  /// Makes a temporary table unless the session has it; it is empty after each commit. Returns its name.
  func temporaryTable(_ session: Connection, _ name: String, _ definition: String) throws -> String {
    try session.query(
      "CREATE TEMPORARY TABLE IF NOT EXISTS \(name) \(definition) ON COMMIT DELETE ROWS",
      operation: "make a temporary table")
    return "pg_temp." + name
  }

  static func miscounted(_ what: String) -> ExportError {
    ExportError(
      .targetFailed, .owner, operation: "write " + what, cause: "the target holds rows that are not this store's",
      hint: "wheelspool verify --target TARGET")
  }

  // MARK: - Package rows

  /// Sends what was gathered, so that it need not be held any longer.
  func flush() throws {
    try endArtifacts()
    guard let batch, !batch.packages.isEmpty else { return }
    changeBatch { batch in
      batch.packages = []
      batch.packageBytes = 0
    }
    try with { session in try copyPackages(batch.packages, session) }
  }

  /// Writes package rows; with `only` the rows at those places of the one list.
  func copyPackages(
    _ lists: [(id: ArtifactID, tag: Text, rows: PackageList)], only range: Range<Int>? = nil, _ session: Connection
  ) throws {
    let columns = Table.packages.columnNames.joined(separator: ", ")
    try session.beginCopy(
      "COPY \(schema.name(.packages)) (\(columns)) FROM STDIN (FORMAT binary)", operation: "write package rows")
    var buffer = Self.copyHeader
    buffer.reserveCapacity(2 * Connection.copyPieceBytes)
    var count = 0
    for (id, tag, rows) in lists {
      var head: [UInt8] = []
      BinaryForm.append(Int16(5), to: &head)
      for key in [id.repository.product, id.repository.repository, id.key] {
        BinaryForm.append(Int32(clamping: key.utf8.count), to: &head)
        head.append(contentsOf: key.utf8)
      }
      let mayHoldNUL = rows.bytes.contains(0)
      var (refused, place) = (0, -1)
      try rows.forEach { name, version in
        place += 1
        if let range, !range.contains(place) { return }
        if mayHoldNUL, name.holdsNUL || version.holdsNUL {
          refused += 1
          return
        }
        buffer.append(contentsOf: head)
        BinaryForm.append(Int32(name.count), to: &buffer)
        buffer.append(copying: name)
        BinaryForm.append(Int32(version.count), to: &buffer)
        buffer.append(copying: version)
        count += 1
        if buffer.count >= Connection.copyPieceBytes { try Self.drain(&buffer, to: session) }
      }
      if refused > 0 {
        changeBatch { batch in
          batch.note(
            repository: id.repository, tag: tag, key: id.key, column: "name", of: .packages, code: "22021",
            message: "\(refused) rows hold a NUL, which no text of the server can")
        }
      }
    }
    buffer += Self.copyTrailer
    try Self.drain(&buffer, to: session)
    let taken = try session.endCopy(operation: "write package rows")
    guard taken == count else { throw Self.miscounted("package rows") }
    changeBatch { $0.result.packageRows += count }
  }
}
