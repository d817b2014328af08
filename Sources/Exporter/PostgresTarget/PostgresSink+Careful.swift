import Postgres
import WheelModel

// The slow way, for one release of which the server refused something: each value by itself, under a savepoint.
extension PostgresSink {
  /// Runs `body` so that its refusal of a value undoes only what it did. Returns the refusal.
  private func trying(_ session: Connection, _ body: () throws -> Void) throws -> (code: String, message: String)? {
    try session.query("SAVEPOINT wheelspool", operation: "set a savepoint")
    do {
      try body()
      try session.query("RELEASE SAVEPOINT wheelspool", operation: "release a savepoint")
      return nil
    } catch let error as PostgresError where error.isRefusedValue {
      try session.query("ROLLBACK TO SAVEPOINT wheelspool", operation: "go back to a savepoint")
      return (error.sqlState?.rawValue ?? error.code.rawValue, error.message)
    }
  }

  /// Sends each document by itself, and sets aside those that the column's type refuses.
  func probeDocuments(of row: inout PostgresRow) throws {
    try with { session in
      let type = schema.documentType.rawValue
      for document in row.documents {
        let table = try temporaryTable(session, Self.probeName, "(value \(type))")
        let refusal = try trying(session) {
          try session.beginCopy("COPY \(table) (value) FROM STDIN (FORMAT binary)", operation: "try a document")
          var buffer = Self.copyHeader
          BinaryForm.append(Int16(1), to: &buffer)
          BinaryForm.append(Int32(clamping: document.byteCount + (documentPrefix == nil ? 0 : 1)), to: &buffer)
          if let documentPrefix { buffer.append(documentPrefix) }
          do {
            try document.forEachPiece { piece in
              try Self.drain(&buffer, to: session)
              try session.sendCopy(piece, operation: "try a document")
            }
            buffer += Self.copyTrailer
            try Self.drain(&buffer, to: session)
          } catch let error where !(error is PostgresError) {
            // The store failed, not the server: end COPY so that the batch can be given up.
            try session.abandonCopy(operation: "try a document")
            throw error
          }
          _ = try session.endCopy(operation: "try a document")
          try session.query("DELETE FROM \(table)", operation: "try a document")
        }
        if let refusal { row.refuse(document.kind.name, code: refusal.code, message: refusal.message) }
      }
    }
  }

  /// Writes one artifact with its package rows, or sets the row aside.
  func writeCarefully(_ row: inout PostgresRow, _ artifact: ArtifactState) throws {
    let wanted = row
    try with { session in
      let rowRefusal = try trying(session) {
        try copy(wanted)
        try endArtifacts()
      }
      changeBatch { batch in
        batch.isCopying = false
        batch.copiedRows = 0
      }
      if let rowRefusal {
        return row.refuse("artifact_key", code: rowRefusal.code, message: rowRefusal.message)
      }
      guard artifact.packages.count > 0 else { return }
      var found = PackageRefusals()
      try copyHalving(artifact, 0..<artifact.packages.count, session, &found)
      let id = artifact.artifact.id
      guard found.rows > 0 else { return }
      changeBatch { batch in
        batch.note(
          repository: id.repository, tag: artifact.artifact.tag, key: id.key, column: "name", of: .packages,
          code: found.code, message: "\(found.rows) rows are refused: \(found.message)")
      }
    }
  }

  /// What was refused of one artifact's package rows.
  private struct PackageRefusals {
    /// After so many refusals, halves are set aside whole: each costs a COPY.
    static let most = 256

    var rows = 0
    var refusals = 0
    var code = ""
    var message = ""
  }

  /// Writes package rows; of those that are refused one half after the other, until only the refused rows are left out.
  private func copyHalving(
    _ artifact: ArtifactState, _ range: Range<Int>, _ session: Connection, _ found: inout PackageRefusals
  ) throws {
    let list = (artifact.artifact.id, artifact.artifact.tag, artifact.packages)
    let refusal = try trying(session) { try copyPackages([list], only: range, session) }
    guard let refusal else { return }
    if range.count > 1, found.refusals < PackageRefusals.most {
      let middle = range.lowerBound + range.count / 2
      try copyHalving(artifact, range.lowerBound..<middle, session, &found)
      try copyHalving(artifact, middle..<range.upperBound, session, &found)
    } else {
      found.rows += range.count
      found.refusals += 1
      (found.code, found.message) = refusal
    }
  }

  /// Writes the release's row now, or sets it aside.
  func writeReleasesCarefully() throws {
    guard let batch else { return }
    try with { session in
      for (row, release) in zip(batch.releaseRows, batch.plan.releases) {
        let refusal = try trying(session) {
          var steps = PostgresSteps()
          addRelease(row, to: &steps)
          try steps.run(on: session, operation: "write a release")
        }
        guard let refusal else { continue }
        changeBatch { batch in
          batch.note(
            repository: release.key.repository, tag: release.key.tag, key: release.key.tag, column: "tag",
            of: .releases, code: refusal.code, message: refusal.message)
        }
      }
      changeBatch { $0.releaseRows = [] }
    }
  }
}
