import LMDB
import Zstd

extension Session {
  /// Takes a prepared document off the list of those that a crash would leave over.
  func claim(_ prepared: PreparedDocument) throws {
    guard try transaction.delete(tables.pending, StoreKey.number(prepared.id)) else {
      throw StoreError.usage("commit a document", "document \(prepared.id) was committed or discarded already")
    }
  }

  func deletePieces(_ prepared: PreparedDocument) throws {
    for piece in 0..<prepared.pieces { try transaction.delete(tables.documents, StoreKey.piece(prepared.id, piece)) }
  }

  /// The raw bytes of a prepared document.
  func gather(_ prepared: PreparedDocument) throws -> [UInt8] {
    var raw: [UInt8] = []
    raw.reserveCapacity(Int(clamping: prepared.rawBytes))
    try decoder.stream(prepared.id, prepared.header(.constraintsFile), in: transaction.read, tables.documents) {
      bytes in
      raw.append(copying: bytes)
    }
    return raw
  }

  /// Makes a prepared document a finished one: its header is all that is missing.
  func adopt(_ prepared: PreparedDocument, _ slot: DocumentSlot, lineage: inout Lineage) throws -> DocumentInfo {
    let info = try put(prepared.header(slot), frame: [], id: prepared.id, append: false)
    try moveTip(of: &lineage, slot, to: Lineage.Tip(document: prepared.id, run: 1))
    return info
  }
}

extension PreparedDocument {
  func header(_ slot: DocumentSlot) -> DocumentHeader {
    var header = DocumentHeader(codec: .pieces, slot: slot, rawBytes: rawBytes, sha256: sha256)
    header.pieces = pieces
    header.pieceBytes = storedBytes
    return header
  }
}
