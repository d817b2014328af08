import Digest
import LMDB

/// A document without an owner that is kept because others are encoded against it, or because the package index is
/// compared with it.
struct RetainedDocument: Equatable {
  var slot: DocumentSlot
  var lineage: UInt32
  var storedBytes: UInt64

  var writer: RecordWriter {
    var record = RecordWriter()
    record.append(1, UInt64(slot.rawValue))
    record.append(2, UInt64(lineage))
    record.append(3, storedBytes)
    return record
  }

  init(slot: DocumentSlot, lineage: UInt32, storedBytes: UInt64) {
    self.slot = slot
    self.lineage = lineage
    self.storedBytes = storedBytes
  }

  init?(_ record: Record) {
    guard let slot = record.uint(1).flatMap({ DocumentSlot(rawValue: UInt8(truncatingIfNeeded: $0)) }),
      let lineage = record.uint(2).flatMap(UInt32.init(exactly:))
    else { return nil }
    self.init(slot: slot, lineage: lineage, storedBytes: record.uint(3) ?? 0)
  }
}

extension Session {
  /// Takes a document from its artifact: it goes, or stays retained while something needs it.
  func disown(_ document: DocumentInfo, _ slot: DocumentSlot, lineage: Lineage?) throws {
    let retained = RetainedDocument(slot: slot, lineage: lineage?.number ?? 0, storedBytes: document.storedBytes)
    if try isNeeded(document.id, retained) {
      try transaction.put(tables.retained, StoreKey.number(document.id), retained.writer)
    } else {
      try delete(document.id)
    }
  }

  /// Makes another document the newest of a lineage; the one before goes when only that kept it.
  func moveTip(of lineage: inout Lineage, _ slot: DocumentSlot, to tip: Lineage.Tip) throws {
    let before = lineage[slot].document
    lineage[slot] = tip
    save(lineage)
    if before != 0 && before != tip.document { try dropRetained(before) }
  }

  /// Removes a retained document that nothing needs any more; any other is left alone.
  private func dropRetained(_ id: UInt64) throws {
    let key = StoreKey.number(id)
    guard let record = try transaction.read.record(tables.retained, key) else { return }
    guard try !isNeeded(id, record.decoded(tables.retained, key) { RetainedDocument($0) }) else { return }
    try transaction.delete(tables.retained, key)
    try delete(id)
  }

  private func isNeeded(_ id: UInt64, _ retained: RetainedDocument) throws -> Bool {
    if try transaction.read.hasKeys(tables.children, prefix: StoreKey.number(id)) { return true }
    guard retained.slot == .packages, let lineage = try lineage(number: retained.lineage) else { return false }
    return lineage[.packages].document == id
  }

  /// Removes a document for good, and what was retained only for it.
  private func delete(_ id: UInt64) throws {
    guard let (header, _, stored) = try DocumentDecoder.header(id, in: transaction.read, tables.documents) else {
      throw StoreError.damaged("documents", StoreKey.number(id).span, "an artifact names it, but it is not there")
    }
    for piece in 0..<header.pieces { try transaction.delete(tables.documents, StoreKey.piece(id, piece)) }
    try transaction.delete(tables.documents, StoreKey.number(id))
    counters.finishedDocuments -= min(1, counters.finishedDocuments)
    counters.rawBytes -= min(header.rawBytes, counters.rawBytes)
    counters.storedBytes -= min(stored, counters.storedBytes)
    fresh[id] = nil
    guard header.parent != 0 else { return }
    try transaction.delete(tables.children, StoreKey.edge(header.parent, id))
    try dropRetained(header.parent)
  }
}
