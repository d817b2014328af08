import LMDB
import WheelModel

extension StoreWriter {
  /// Begins to take in a document of any size; for those above `StoreOptions.largeDocumentBytes`, or when memory is short.
  public func largeDocument() throws(StoreError) -> LargeDocumentWriter {
    let (id, level) = try change("begin a document") { session in
      let id = session.takeDocumentID()
      try session.transaction.put(session.tables.pending, StoreKey.number(id), RecordWriter())
      return (id, session.options.compressionLevel)
    }
    return try LargeDocumentWriter(self, id: id, level: level)
  }

  /// Takes in package rows that are too long to be a value of their own, before the commit that names them.
  func prepareRows(of put: ReleasePut) throws(StoreError) -> [ArtifactID: PreparedDocument] {
    var prepared: [ArtifactID: PreparedDocument] = [:]
    for case .new(let artifact, _, let packages) in put.artifacts where packages.bytes.count > largeDocumentBytes {
      let document = try largeDocument()
      try document.write(packages.bytes.span)
      prepared[artifact.id] = try document.finish()
    }
    return prepared
  }

  /// Gives up a document that was taken in but will not be committed.
  public func discard(_ document: PreparedDocument) throws(StoreError) {
    try remove(document.id)
  }

  /// Removes what a crash has left over: documents that were begun but never committed.
  func sweepLeftovers() throws(StoreError) {
    while true {
      let ids = try onThread("sweep leftovers") { core in
        try core.open.environment.read { transaction in
          try transaction.keys(core.open.tables.pending, prefix: [], limit: 64)
            .compactMap { Fixed.bigEndian($0.span, at: 0, as: UInt64.self) }
        }
      }
      guard !ids.isEmpty else { return }
      for id in ids { try remove(id) }
    }
  }

  /// Puts pieces of a document under way.
  func put(_ pieces: [[UInt8]], of id: UInt64, first: UInt32) throws(StoreError) {
    try change("write a document") { session in
      let table = session.tables.documents
      for (index, piece) in pieces.enumerated() {
        let key = StoreKey.piece(id, first + UInt32(index))
        var piece = piece
        Seal.fill(&piece, table: table, key: key.span)
        try session.transaction.put(table.database, key.span, piece.span)
      }
    }
  }

  /// Removes a document under way, its pieces some at a time.
  func remove(_ id: UInt64) throws(StoreError) {
    while true {
      let isGone = try change("remove a document") { session in
        let table = session.tables.documents
        let keys = try session.transaction.read.keys(table, prefix: StoreKey.number(id), limit: 256)
        for key in keys { try session.transaction.delete(table, key) }
        guard keys.count < 256 else { return false }
        try session.transaction.delete(session.tables.pending, StoreKey.number(id))
        return true
      }
      if isGone { return }
    }
  }
}
