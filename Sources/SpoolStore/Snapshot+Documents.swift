import Digest
import LMDB
public import WheelModel
import Zstd

extension Snapshot {
  /// What the store knows of a document without decoding it; nil when there is none of that id.
  public func documentInfo(_ id: UInt64) throws -> DocumentInfo? {
    try DocumentDecoder.header(id, in: transaction, tables.documents).map { header, _, stored in
      DocumentInfo(
        id: id, bytes: header.rawBytes, sha256: header.sha256, storedBytes: stored, depth: header.depth)
    }
  }

  /// A document's exact bytes, held whole; nil when there is none of that id.
  public func document(_ id: UInt64) throws -> [UInt8]? { try raw(id)?.bytes }

  /// Hands out a document's exact bytes in pieces of at most 64 KiB; returns false when there is none of that id.
  ///
  /// Holds this snapshot all the while; for long work see `Store.document`.
  public func streamDocument(_ id: UInt64, _ body: (Span<UInt8>) throws -> Void) throws -> Bool {
    guard let (target, header) = try resolved(id) else { return false }
    if header.codec == .pieces {
      try store.decoders.with { decoder in
        try decoder.stream(target, header, in: transaction, tables.documents, body)
      }
      return true
    }
    guard let raw = try raw(target) else { return false }
    var at = 0
    while at < raw.bytes.count {
      let end = min(at + DocumentReader.pieceBytes, raw.bytes.count)
      try body(raw.bytes.span.extracting(at..<end))
      at = end
    }
    return true
  }

  /// An artifact's package rows; nil when there is no such artifact.
  public func packageList(of id: ArtifactID) throws -> PackageList? {
    guard let view = try artifactView(id) else { return nil }
    return try packageList(view)
  }

  /// The package rows of an artifact at hand.
  public func packageList(_ artifact: ArtifactView) throws -> PackageList {
    try packageList(document: artifact.packages, rows: artifact.packageRows)
  }

  /// The package rows of an artifact at hand.
  public func packageList(_ artifact: StoredArtifact) throws -> PackageList {
    try packageList(document: artifact.packages, rows: artifact.packageRows)
  }

  /// The package rows of an internal document, as `StoredArtifact.packages` names it; their number is counted.
  public func packageList(document: DocumentInfo) throws -> PackageList {
    let list = try packageList(document: document, rows: 0)
    var rows = PackageRows(list.bytes)
    var count = 0
    while let group = try rows.next() { count += try rows.versions(group).count }
    return PackageList(bytes: list.bytes, count: count)
  }

  private func packageList(document: DocumentInfo, rows: UInt64) throws -> PackageList {
    guard let bytes = try self.document(document.id) else {
      let key = StoreKey.number(document.id)
      throw StoreError.damaged("documents", key.span, "an artifact names it, but it is not there")
    }
    return PackageList(bytes: bytes, count: Int(clamping: rows))
  }

  /// The raw bytes of a document; kept for the next one of its lineage.
  func raw(_ id: UInt64) throws -> RawDocument? {
    let cache = store.cache
    let raw = try store.decoders.with { decoder in
      try decoder.decode(id, in: transaction, tables.documents) { cache[$0] }
    }
    if let raw { cache.insert(id, raw) }
    return raw
  }

  /// A document's id and header, or those of the one it is an alias of; nil when there is none.
  func resolved(_ id: UInt64) throws -> (id: UInt64, header: DocumentHeader)? {
    guard let found = try DocumentDecoder.header(id, in: transaction, tables.documents) else { return nil }
    guard found.header.codec == .same else { return (id, found.header) }
    let target = found.header.parent
    guard let original = try DocumentDecoder.header(target, in: transaction, tables.documents),
      original.header.sha256 == found.header.sha256, original.header.codec != .same
    else {
      let key = StoreKey.number(id)
      throw StoreError.damaged("documents", key.span, "the document it is an alias of is missing")
    }
    return (target, original.header)
  }

  /// One piece of a document in pieces, without its seal; nil when it is not there.
  func piece(_ id: UInt64, _ number: UInt32) throws -> [UInt8]? {
    let key = StoreKey.piece(id, number)
    let table = tables.documents
    return try transaction.get(table.database, key.span) { value in
      try Seal.check(value, table: table, key: key.span)
      return value.extracting(Seal.byteCount...).copied
    }
  }
}
