import Digest
import LMDB

extension Verifier {
  /// Checks each document's record, that something owns it, and what it is encoded against.
  func verifyDocumentRecords() {
    let table = tables.documents
    var (count, records, edges): (UInt64, UInt64, UInt64) = (0, 0, 0)
    var (rawBytes, storedBytes): (UInt64, UInt64) = (0, 0)
    var nextOwned = 0
    attempt(table) {
      try transaction.forEach(table.database) { key, value in
        records += 1
        report.records += 1
        guard let id = Fixed.bigEndian(key, at: 0, as: UInt64.self), key.count == 8 || key.count == 12 else {
          find(table, key, "the key has the wrong length")
          return true
        }
        do {
          try Seal.check(value, table: table, key: key)
          if key.count == 12 {
            try verifyPiece(id, key)
            return true
          }
          guard let (header, _) = DocumentHeader.read(value.extracting(Seal.byteCount...)) else {
            find(table, key, "the header is damaged")
            return true
          }
          count += 1
          rawBytes += header.rawBytes
          storedBytes += UInt64(value.count) + header.pieceBytes
          if header.parent != 0 { edges += 1 }
          try verify(header, id, key)
        } catch let error as StoreError {
          find(table, key, error.cause)
        }
        while nextOwned < owned.count && owned[nextOwned] < id { nextOwned += 1 }
        let isOwned = nextOwned < owned.count && owned[nextOwned] == id
        if isOwned && nextOwned + 1 < owned.count && owned[nextOwned + 1] == id {
          find(table, key, "two artifacts name it")
        }
        if try isOwned == transaction.contains(tables.retained, key.copied) {
          find(table, key, isOwned ? "it is owned and retained" : "nothing owns it")
        }
        return true
      }
    }
    let expected = counters.records[Tables.names.firstIndex(of: table.name) ?? 0]
    if records != expected { find(table, "all", "\(records) records were found, \(expected) were written") }
    if count != counters.finishedDocuments || rawBytes != counters.rawBytes || storedBytes != counters.storedBytes {
      find(table, "all", "number and sizes are not those of the counters")
    }
    var seen: UInt64 = 0
    walk(tables.children, { $0 }) { _, _ in seen += 1 }
    if seen != edges { find(tables.children, "all", "\(seen) entries for \(edges) documents with a parent") }
  }

  private func verify(_ header: DocumentHeader, _ id: UInt64, _ key: Span<UInt8>) throws {
    let table = tables.documents
    for piece in 0..<header.pieces where try !transaction.contains(table, StoreKey.piece(id, piece)) {
      find(table, key, "piece \(piece) of \(header.pieces) is missing")
    }
    if id >= counters.nextDocument { find(tables.meta, "counters", "document \(id) is beyond the next one") }
    if header.depth > Session.deepest { find(table, key, "its chain of \(header.depth) is too deep") }
    guard header.parent != 0 else { return }
    if header.parent >= id { find(table, key, "it is encoded against a later one") }
    guard let parent = try DocumentDecoder.header(header.parent, in: transaction, table)?.header else {
      return find(table, key, "document \(header.parent), which it is encoded against, is missing")
    }
    let fits =
      parent.sha256.bytes.starts(with: header.parentHash) && parent.codec != .same && parent.slot == header.slot
      && (header.codec == .same ? parent.depth == header.depth : parent.depth + 1 == header.depth)
    if !fits { find(table, key, "document \(header.parent) is not the one it was encoded against") }
    if try !transaction.contains(tables.children, StoreKey.edge(header.parent, id)) {
      find(tables.children, StoreKey.edge(header.parent, id).span, "the entry is missing")
    }
  }

  private func verifyPiece(_ id: UInt64, _ key: Span<UInt8>) throws {
    if let header = try DocumentDecoder.header(id, in: transaction, tables.documents)?.header {
      guard let number = Fixed.bigEndian(key, at: 8, as: UInt32.self), number >= header.pieces else { return }
      find(tables.documents, key, "a piece beyond the last")
    } else if try !transaction.contains(tables.pending, StoreKey.number(id)) {
      find(tables.documents, key, "a piece of no document")
    }
  }

  func verifyRetained() {
    walk(tables.retained, { RetainedDocument($0) }) { key, _ in
      if try !transaction.contains(tables.documents, key) { find(tables.retained, key.span, "the document is missing") }
    }
  }

  /// Decodes up to `limit` documents from an id on and compares their SHA-256; returns where to go on, nil at the end.
  func verifyDocuments(from first: UInt64, limit: Int, _ options: VerifyOptions) throws -> UInt64? {
    let table = tables.documents
    var ids: [UInt64] = []
    var last: UInt64?
    try transaction.forEach(table.database, from: StoreKey.number(first)) { key, _ in
      guard key.count == 8, let id = Fixed.bigEndian(key, at: 0, as: UInt64.self) else { return true }
      last = id
      if id % UInt64(options.parts) == UInt64(options.part - 1) { ids.append(id) }
      return ids.count < limit
    }
    for id in ids {
      let key = StoreKey.number(id)
      do {
        try verifyContent(id)
      } catch {
        find(table, key.span, StoreError(error, operation: "decode", path: store.path).cause)
      }
    }
    guard let last, ids.count == limit else { return nil }
    return last + 1
  }

  private func verifyContent(_ id: UInt64) throws {
    guard let found = try DocumentDecoder.header(id, in: transaction, tables.documents) else { return }
    // An alias has no bytes of its own: its original is looked at, and the two hashes were compared.
    guard found.header.codec != .same else { return }
    var hash = SHA256()
    var count: UInt64 = 0
    let cache = store.cache
    try store.decoders.with { decoder in
      if found.header.codec == .pieces {
        try decoder.stream(id, found.header, in: transaction, tables.documents) { bytes in
          hash.update(bytes)
          count += UInt64(bytes.count)
        }
      } else {
        // Its own bytes are decoded, whatever is at hand of the documents below it.
        let raw = try decoder.decode(id, in: transaction, tables.documents) { $0 == id ? nil : cache[$0] }
        let bytes = raw?.bytes ?? []
        hash.update(bytes.span)
        count = UInt64(bytes.count)
        if let raw { cache.insert(id, raw) }
      }
    }
    report.documents += 1
    report.rawBytes += count
    let digest = hash.finalize()
    guard digest != found.header.sha256 || count != found.header.rawBytes else { return }
    find(tables.documents, String(id), "the bytes are not those that were put: their SHA-256 is \(digest)")
  }
}
