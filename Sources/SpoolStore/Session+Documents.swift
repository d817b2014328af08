import Digest
import LMDB
import WheelModel

/// The documents that the artifacts of one release have brought so far, for their siblings to be encoded against.
struct Siblings {
  /// One document of the release, never an alias.
  struct Sibling {
    var id: UInt64
    var sha256: SHA256Digest
    var depth: UInt8
    var run: UInt64
    /// It stands alone although its lineage had a value to encode it against: the release resembles no earlier one.
    var isBreak = false
  }

  private var bySlot: [DocumentSlot: [Sibling]] = [:]

  mutating func add(_ sibling: Sibling, _ slot: DocumentSlot) { bySlot[slot, default: []].append(sibling) }

  func equal(_ slot: DocumentSlot, _ sha256: SHA256Digest) -> Sibling? {
    bySlot[slot]?.first { $0.sha256 == sha256 }
  }

  func keyframe(_ slot: DocumentSlot) -> Sibling? { bySlot[slot]?.first { $0.depth == 0 } }
}

extension Session {
  /// No document is deeper: the run of a keyframe that stands on a sibling's ends there.
  static let deepest: UInt8 = 16

  /// Puts a document into its lineage and returns what its artifact's record says of it.
  func store(
    _ content: DocumentContent, _ slot: DocumentSlot, lineage: inout Lineage, siblings: inout Siblings
  ) throws -> DocumentInfo {
    switch content {
    case .bytes(let raw, let sha256):
      return try store(RawDocument(bytes: raw, sha256: sha256), slot, lineage: &lineage, siblings: &siblings)
    case .stored(let prepared):
      try claim(prepared)
      if let alias = try alias(
        prepared.sha256, bytes: prepared.rawBytes, slot, lineage: &lineage, siblings: siblings)
      {
        try deletePieces(prepared)
        return alias
      }
      guard prepared.rawBytes > UInt64(options.largeDocumentBytes) else {
        // It came in pieces only because memory was short then: now it is short enough to find its place in the chain.
        let raw = try gather(prepared)
        try deletePieces(prepared)
        return try store(
          RawDocument(bytes: raw, sha256: prepared.sha256), slot, lineage: &lineage, siblings: &siblings)
      }
      return try adopt(prepared, slot, lineage: &lineage)
    }
  }

  private func store(
    _ raw: RawDocument, _ slot: DocumentSlot, lineage: inout Lineage, siblings: inout Siblings
  ) throws -> DocumentInfo {
    if let alias = try alias(
      raw.sha256, bytes: UInt64(raw.bytes.count), slot, lineage: &lineage, siblings: siblings)
    {
      return alias
    }
    let candidates = try candidates(slot, lineage, siblings)
    let encoded = try encoder.encode(raw.bytes, against: candidates.map(\.raw.bytes))
    let id = takeDocumentID()
    var header = DocumentHeader(
      codec: encoded.codec, slot: slot, rawBytes: UInt64(raw.bytes.count), sha256: raw.sha256)
    let parent = encoded.parent.map { candidates[$0] }
    if let parent { header.setParent(parent.id, parent.raw.sha256, depth: parent.depth + 1) }
    let info = try put(header, frame: encoded.frame, id: id)
    let run = parent?.isNewest == true ? lineage[slot].run + 1 : 1
    try moveTip(of: &lineage, slot, to: Lineage.Tip(document: id, run: run))
    siblings.add(
      .init(
        id: id, sha256: raw.sha256, depth: header.depth, run: run,
        isBreak: parent == nil && candidates.contains { $0.isNewest }), slot)
    fresh[id] = raw
    return info
  }

  /// A document that a new value may be encoded against.
  private struct Candidate {
    var id: UInt64
    var raw: RawDocument
    var depth: UInt8
    /// It is the newest of the value's own lineage.
    var isNewest: Bool
  }

  /// What a new value is encoded against: its lineage's newest, or where a keyframe is due, or the newest is of no use,
  /// one of a sibling's.
  private func candidates(_ slot: DocumentSlot, _ lineage: Lineage, _ siblings: Siblings) throws -> [Candidate] {
    let tip = lineage[slot]
    var candidates: [Candidate] = []
    if tip.document != 0, tip.run < UInt64(options.keyframeInterval),
      let (header, _, _) = try DocumentDecoder.header(tip.document, in: transaction.read, tables.documents),
      header.codec != .pieces, header.depth < Self.deepest, let raw = try raw(tip.document)
    {
      candidates.append(Candidate(id: tip.document, raw: raw, depth: header.depth, isNewest: true))
    }
    if let sibling = siblings.keyframe(slot), let raw = try raw(sibling.id) {
      let keyframe = Candidate(id: sibling.id, raw: raw, depth: sibling.depth, isNewest: false)
      // Where the sibling found nothing in its lineage, this one hardly will in its own.
      candidates.insert(keyframe, at: sibling.isBreak ? 0 : candidates.count)
    }
    return candidates
  }

  /// A document that only names another of equal content; nil when the lineage's newest and the siblings differ.
  private func alias(
    _ sha256: SHA256Digest, bytes: UInt64, _ slot: DocumentSlot, lineage: inout Lineage, siblings: Siblings
  ) throws -> DocumentInfo? {
    let tip = lineage[slot]
    var target: UInt64?
    if tip.document != 0,
      let (header, _, _) = try DocumentDecoder.header(tip.document, in: transaction.read, tables.documents),
      header.sha256 == sha256
    {
      target = tip.document
    } else if slot != .packages, let sibling = siblings.equal(slot, sha256) {
      // Package rows stay within their lineage: its newest is what the index is compared with.
      target = sibling.id
      try moveTip(of: &lineage, slot, to: Lineage.Tip(document: sibling.id, run: sibling.run))
    }
    guard let target, let found = try DocumentDecoder.header(target, in: transaction.read, tables.documents) else {
      return nil
    }
    var header = DocumentHeader(codec: .same, slot: slot, rawBytes: bytes, sha256: sha256)
    header.setParent(target, sha256, depth: found.header.depth)
    return try put(header, frame: [], id: takeDocumentID())
  }

  /// The raw bytes of a document that this change or an earlier one has put.
  func raw(_ id: UInt64) throws -> RawDocument? {
    try decoder.decode(id, in: transaction.read, tables.documents) { fresh[$0] ?? cache[$0] }
  }

  func takeDocumentID() -> UInt64 {
    defer { counters.nextDocument += 1 }
    return counters.nextDocument
  }

  /// Puts a finished document, notes who its parent is, and counts it.
  func put(_ header: DocumentHeader, frame: [UInt8], id: UInt64, append: Bool = true) throws -> DocumentInfo {
    let record = header.writer(frame: frame.span)
    let stored = UInt64(record.bytes.count) + header.pieceBytes
    try transaction.put(tables.documents, StoreKey.number(id), record, append: append)
    if header.parent != 0 { try transaction.put(tables.children, StoreKey.edge(header.parent, id), RecordWriter()) }
    counters.finishedDocuments += 1
    counters.rawBytes += header.rawBytes
    counters.storedBytes += stored
    storedBytes += stored
    return DocumentInfo(
      id: id, bytes: header.rawBytes, sha256: header.sha256, storedBytes: stored, depth: header.depth)
  }
}

extension DocumentHeader {
  mutating func setParent(_ id: UInt64, _ sha256: SHA256Digest, depth: UInt8) {
    parent = id
    parentHash = Array(sha256.bytes[..<Self.parentHashBytes])
    self.depth = depth
  }
}
