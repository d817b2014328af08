import LMDB

extension Compactor {
  /// Copies documents in the order of their ids: what one is encoded against always comes before it.
  func copyDocuments() throws {
    let (from, to) = (tables.documents, target.tables.documents)
    try copy.each(from) { output, key, value in
      try Seal.check(value, table: from, key: key)
      guard let id = Fixed.bigEndian(key, at: 0, as: UInt64.self) else { return 0 }
      if key.count > 8 {
        // Pieces of a document under way belong to nobody: the collector that began it is gone.
        guard try transaction.contains(from, StoreKey.number(id)), !dropped.contains(id) else { return 0 }
        try output.put(to.database, key, value)
        return value.count
      }
      guard !dropped.contains(id) else { return 0 }
      guard let (header, frame) = DocumentHeader.read(value.extracting(Seal.byteCount...)) else {
        throw StoreError.damaged(from.name, key, "the header is damaged")
      }
      let isAnew = dropped.contains(header.parent) || (repack && header.codec != .same && header.codec != .pieces)
      if isAnew { return try putAnew(id, header, output) }
      var moved = header
      if header.parent != 0 { moved.depth = try depth(of: header.parent) + (header.codec == .same ? 0 : 1) }
      let body = value.extracting(Seal.byteCount...)
      return try put(moved, frame: body.extracting(frame), id, isChanged: moved != header, output)
    }
  }

  /// Encodes a document against the nearest one below it that stays.
  private func putAnew(
    _ id: UInt64, _ header: DocumentHeader, _ output: borrowing WriteTransaction
  ) throws -> Int {
    if header.codec == .same, let heir = heirs[header.parent] {
      var moved = header
      moved.setParent(heir, header.sha256, depth: try depth(of: heir))
      let none: [UInt8] = []
      return try put(moved, frame: none.span, id, isChanged: true, output)
    }
    guard let raw = try raw(id) else { throw missing(id) }
    let parent = try remaining(header.parent)
    let below = try parent.flatMap { try self.raw($0) }
    let encoded = try encoder.encode(raw.bytes, against: below.map { [$0.bytes] } ?? [])
    var moved = DocumentHeader(
      codec: encoded.codec, slot: header.slot, rawBytes: header.rawBytes, sha256: header.sha256)
    if encoded.codec == .delta, let parent, let below {
      moved.setParent(parent, below.sha256, depth: try depth(of: parent) + 1)
    }
    if header.codec == .same { heirs[header.parent] = id }
    report.reencoded += 1
    return try put(moved, frame: encoded.frame.span, id, isChanged: true, output)
  }

  private func put(
    _ header: DocumentHeader, frame: Span<UInt8>, _ id: UInt64, isChanged: Bool, _ output: borrowing WriteTransaction
  ) throws -> Int {
    let record = header.writer(frame: frame)
    let stored = UInt64(record.bytes.count) + header.pieceBytes
    try output.put(target.tables.documents, StoreKey.number(id), record)
    if header.parent != 0 {
      try output.put(target.tables.children, StoreKey.edge(header.parent, id), RecordWriter())
    }
    counters.finishedDocuments += 1
    counters.rawBytes += header.rawBytes
    counters.storedBytes += stored
    if isChanged {
      changed[id] = DocumentInfo(
        id: id, bytes: header.rawBytes, sha256: header.sha256, storedBytes: stored, depth: header.depth)
    }
    return Int(clamping: stored - header.pieceBytes)
  }

  /// The nearest document below that stays, from `id` itself on; nil when none does.
  private func remaining(_ id: UInt64) throws -> UInt64? {
    var current = id
    while current != 0 {
      guard let header = try DocumentDecoder.header(current, in: transaction, tables.documents)?.header else {
        throw missing(current)
      }
      if !dropped.contains(current) { return header.codec == .pieces ? nil : current }
      current = header.parent
    }
    return nil
  }

  /// The depth of a document as it is in the new store.
  private func depth(of id: UInt64) throws -> UInt8 {
    if let changed = changed[id] { return changed.depth }
    guard let header = try DocumentDecoder.header(id, in: transaction, tables.documents)?.header else {
      throw missing(id)
    }
    return header.depth
  }

  private func raw(_ id: UInt64) throws -> RawDocument? {
    let raw = try decoder.decode(id, in: transaction, tables.documents) { cache[$0] }
    if let raw { cache.insert(id, raw) }
    return raw
  }

  private func missing(_ id: UInt64) -> StoreError {
    let key = StoreKey.number(id)
    return .damaged(tables.documents.name, key.span, "the document is missing")
  }
}
