import Digest
import LMDB

extension Repairer {
  /// Decodes every document and compares its hash.
  func findBadDocuments() throws {
    let table = tables.documents
    try walkHeaders { id, header in
      switch header.codec {
      case .same:
        let original = try? DocumentDecoder.header(header.parent, in: transaction, table)
        let isWhole = original?.header.sha256 == header.sha256 && !bad.contains(header.parent)
        if !isWhole { bad.insert(id) }
      case .pieces:
        var hash = SHA256()
        do {
          try decoder.stream(id, header, in: transaction, table) { hash.update($0) }
          if hash.finalize() != header.sha256 { bad.insert(id) }
        } catch {
          bad.insert(id)
        }
      default:
        guard !bad.contains(header.parent), let raw = raw(id), SHA256.hash(raw.bytes.span) == header.sha256 else {
          bad.insert(id)
          return
        }
      }
    }
    for id in bad.sorted() {
      let key = StoreKey.number(id)
      quarantine(table, key.span, "its bytes cannot be had back")
    }
  }

  private func walkHeaders(_ body: (UInt64, DocumentHeader) throws -> Void) throws {
    let table = tables.documents
    do {
      try transaction.forEach(table.database) { key, value in
        guard key.count == 8, let id = Fixed.bigEndian(key, at: 0, as: UInt64.self) else { return true }
        guard (try? Seal.check(value, table: table, key: key)) != nil,
          let (header, _) = DocumentHeader.read(value.extracting(Seal.byteCount...))
        else {
          bad.insert(id)
          return true
        }
        try body(id, header)
        return true
      }
    } catch let error as LMDBError {
      let none: [UInt8] = []
      quarantine(table, none.span, "a part cannot be read: \(error.cause)")
    }
  }

  /// Copies the documents of kept artifacts and what they are encoded against.
  func copyDocuments() throws {
    var needed = owned
    for id in owned {
      var current = id
      while let header = try? DocumentDecoder.header(current, in: transaction, tables.documents)?.header,
        header.parent != 0, needed.insert(header.parent).inserted
      {
        current = header.parent
      }
    }
    for batch in Batches(needed.sorted(), of: 64) {
      try target.transact { session in
        for id in batch { try copyDocument(id, session) }
      }
    }
  }

  private func copyDocument(_ id: UInt64, _ session: Session) throws {
    let table = tables.documents
    let key = StoreKey.number(id)
    var found: (header: DocumentHeader, frame: [UInt8])?
    _ = try transaction.get(table.database, key.span) { value in
      let body = value.extracting(Seal.byteCount...)
      if let (header, frame) = DocumentHeader.read(body) { found = (header, body.extracting(frame).copied) }
    }
    guard let found else { return }
    _ = try session.put(found.header, frame: found.frame, id: id, append: false)
    for number in 0..<found.header.pieces {
      let pieceKey = StoreKey.piece(id, number)
      guard let piece = try transaction.get(table.database, pieceKey.span) else { continue }
      try session.transaction.put(session.tables.documents.database, pieceKey.span, piece.span)
    }
    guard !owned.contains(id) else { return }
    let retained = RetainedDocument(slot: found.header.slot, lineage: 0, storedBytes: 0)
    try session.transaction.put(session.tables.retained, key, retained.writer)
  }
}

/// Cuts a list into parts.
struct Batches<Element>: Sequence, IteratorProtocol {
  private var rest: ArraySlice<Element>
  private let size: Int

  init(_ elements: [Element], of size: Int) {
    rest = elements[...]
    self.size = size
  }

  mutating func next() -> [Element]? {
    guard !rest.isEmpty else { return nil }
    defer { rest = rest.dropFirst(size) }
    return Array(rest.prefix(size))
  }
}
