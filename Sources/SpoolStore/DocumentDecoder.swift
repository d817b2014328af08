import Digest
import LMDB
import Zstd

/// Turns documents back into their raw bytes. For one thread at a time; keeps its context and a buffer.
final class DocumentDecoder {
  /// No chain is longer: what claims to be is damaged.
  static let deepest = 64
  /// A buffer larger than this is not kept from one document to the next; along one chain any is used again.
  private static let keptBytes = 2 << 20

  let decompressor = Decompressor()
  private var spare: [UInt8] = []

  /// One document on the way from the wanted one down to where bytes begin.
  private struct Link {
    var id: UInt64
    var header: DocumentHeader
    var frame: Range<Int>
  }

  /// Reads a document's header; nil when there is no document of that id.
  static func header(
    _ id: UInt64, in transaction: borrowing ReadTransaction, _ table: Table
  ) throws -> (header: DocumentHeader, frame: Range<Int>, storedBytes: UInt64)? {
    let key = StoreKey.number(id)
    return try transaction.get(table.database, key.span) { value in
      try Seal.check(value, table: table, key: key.span)
      guard let (header, frame) = DocumentHeader.read(value.extracting(Seal.byteCount...)) else {
        throw StoreError.damaged(table.name, key.span, "the document's header is damaged")
      }
      return (
        header, frame.lowerBound + Seal.byteCount..<frame.upperBound + Seal.byteCount,
        UInt64(value.count) + header.pieceBytes
      )
    }
  }

  /// The raw bytes of a document, whatever its form; nil when there is no document of that id.
  ///
  /// `known` is asked for bytes at hand before anything is decoded.
  func decode(
    _ id: UInt64, in transaction: borrowing ReadTransaction, _ table: Table, known: (UInt64) -> RawDocument?
  ) throws -> RawDocument? {
    var links: [Link] = []
    var current = id
    var raw: RawDocument?
    while true {
      raw = known(current)
      if raw != nil { break }
      guard let (header, frame, _) = try Self.header(current, in: transaction, table) else {
        guard let child = links.last else { return nil }
        throw damaged(child.id, "document \(current), which it is encoded against, is missing", table)
      }
      try check(parent: header, of: links.last, table)
      links.append(Link(id: current, header: header, frame: frame))
      guard header.parent != 0 else { break }
      guard links.count <= Self.deepest else { throw damaged(id, "its chain does not end", table) }
      current = header.parent
    }
    if let raw, let child = links.last { try check(hash: raw.sha256, child, table) }

    guard let digest = links.first?.header.sha256 ?? raw?.sha256 else { return nil }
    defer { if spare.capacity > Self.keptBytes { spare = [] } }
    var bytes = raw?.bytes ?? []
    while let link = links.popLast() {
      guard link.header.codec != .same else { continue }
      bytes = try decode(link, prefix: bytes, in: transaction, table)
    }
    // A short document in a buffer that was made for a long one would cost whoever keeps it the whole buffer.
    if bytes.capacity > 2 * bytes.count + 4096 {
      let exact = bytes.span.copied
      swap(&spare, &bytes)
      bytes = exact
    }
    return RawDocument(bytes: bytes, sha256: digest)
  }

  /// Decodes one frame and takes back the buffer of the one before.
  private func decode(
    _ link: Link, prefix: consuming [UInt8], in transaction: borrowing ReadTransaction, _ table: Table
  ) throws -> [UInt8] {
    guard let rawLength = Int(exactly: link.header.rawBytes) else { throw damaged(link.id, "its length", table) }
    if link.header.codec == .pieces {
      var bytes: [UInt8] = []
      try stream(link.id, link.header, in: transaction, table) { bytes.append(copying: $0) }
      return bytes
    }
    var output = spare
    spare = []
    let key = StoreKey.number(link.id)
    let found: Void? = try transaction.get(table.database, key.span) { value in
      try decompressor.decompress(
        value.extracting(link.frame), prefix: prefix.span, rawLength: rawLength, into: &output)
    }
    guard found != nil else { throw damaged(link.id, "it is missing", table) }
    spare = prefix
    return output
  }

  /// Decodes a document that is kept in pieces, piece by piece.
  func stream(
    _ id: UInt64, _ header: DocumentHeader, in transaction: borrowing ReadTransaction, _ table: Table,
    _ body: (Span<UInt8>) throws -> Void
  ) throws {
    let decompressor = try StreamDecompressor(rawLength: Int(clamping: header.rawBytes))
    for number in 0..<header.pieces {
      let key = StoreKey.piece(id, number)
      let found: Void? = try transaction.get(table.database, key.span) { value in
        try Seal.check(value, table: table, key: key.span)
        try decompressor.feed(value.extracting(Seal.byteCount...), emit: body)
      }
      guard found != nil else { throw damaged(id, "piece \(number) of \(header.pieces) is missing", table) }
    }
    try decompressor.finish()
  }

  private func check(parent: DocumentHeader, of child: Link?, _ table: Table) throws(StoreError) {
    guard let child else { return }
    try check(hash: parent.sha256, child, table)
    let isLower =
      child.header.codec == .same
      ? parent.codec != .same && parent.rawBytes == child.header.rawBytes : parent.depth < child.header.depth
    guard isLower, parent.codec != .same else { throw damaged(child.id, "its chain runs in a circle", table) }
  }

  private func check(hash: SHA256Digest, _ child: Link, _ table: Table) throws(StoreError) {
    guard hash.bytes.starts(with: child.header.parentHash) else {
      throw damaged(child.id, "document \(child.header.parent) is not the one it was encoded against", table)
    }
  }

  private func damaged(_ id: UInt64, _ cause: String, _ table: Table) -> StoreError {
    .damaged(table.name, StoreKey.number(id).span, cause)
  }
}
