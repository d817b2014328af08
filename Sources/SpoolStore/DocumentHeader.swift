import Digest

/// How a document's bytes are kept.
struct DocumentCodec: RawRepresentable, Equatable, Sendable {
  let rawValue: UInt8

  /// One zstd frame.
  static let full = DocumentCodec(rawValue: 1)
  /// One zstd frame whose prefix is the parent's raw bytes.
  static let delta = DocumentCodec(rawValue: 2)
  /// No bytes: they are the parent's.
  static let same = DocumentCodec(rawValue: 3)
  /// One zstd frame in pieces, under keys of their own.
  static let pieces = DocumentCodec(rawValue: 4)
}

/// What a document's record says before the frame.
struct DocumentHeader: Equatable, Sendable {
  private enum Tag {
    static let codec: UInt8 = 1
    static let slot: UInt8 = 2
    static let rawBytes: UInt8 = 3
    static let sha256: UInt8 = 4
    static let parent: UInt8 = 5
    static let parentHash: UInt8 = 6
    static let depth: UInt8 = 7
    static let pieces: UInt8 = 8
    static let pieceBytes: UInt8 = 9
    static let frame: UInt8 = 15
  }

  /// The bytes of the parent's SHA-256 that a child repeats.
  static let parentHashBytes = 8

  var codec: DocumentCodec
  var slot: DocumentSlot
  var rawBytes: UInt64
  var sha256: SHA256Digest
  /// The document it is encoded against; 0 for none.
  var parent: UInt64 = 0
  /// The first bytes of the parent's SHA-256.
  var parentHash: [UInt8] = []
  /// How many frames must be decoded before its own.
  var depth: UInt8 = 0
  /// For `pieces`: how many, and their bytes together.
  var pieces: UInt32 = 0
  var pieceBytes: UInt64 = 0

  /// Writes header and frame.
  func writer(frame: Span<UInt8>) -> RecordWriter {
    var record = RecordWriter(capacity: frame.count + 96)
    record.append(Tag.codec, UInt64(codec.rawValue))
    record.append(Tag.slot, UInt64(slot.rawValue))
    record.append(Tag.rawBytes, rawBytes)
    record.append(Tag.sha256, sha256)
    if parent != 0 {
      record.append(Tag.parent, parent)
      record.append(Tag.parentHash, parentHash)
      record.append(Tag.depth, UInt64(depth))
    }
    if codec == .pieces {
      record.append(Tag.pieces, UInt64(pieces))
      record.append(Tag.pieceBytes, pieceBytes)
    }
    if codec == .full || codec == .delta { record.append(Tag.frame, bytes: frame) }
    return record
  }

  init(codec: DocumentCodec, slot: DocumentSlot, rawBytes: UInt64, sha256: SHA256Digest) {
    self.codec = codec
    self.slot = slot
    self.rawBytes = rawBytes
    self.sha256 = sha256
  }

  /// Reads a body; returns where its frame is (empty when it has none). Nil when a field is missing or out of range.
  static func read(_ body: Span<UInt8>) -> (header: DocumentHeader, frame: Range<Int>)? {
    var header: DocumentHeader?
    var codec = DocumentCodec.full
    var slot: DocumentSlot?
    var rawBytes: UInt64?
    var frame = 0..<0
    var (parent, depth, pieces, pieceBytes) = (UInt64(0), UInt64(0), UInt64(0), UInt64(0))
    var parentHash: [UInt8] = []
    var digest: SHA256Digest?
    var at = 0
    while at < body.count {
      let tag = body[at]
      at += 1
      guard let length = Varint.read(body, &at), length <= UInt64(body.count - at) else { return nil }
      let range = at..<at + Int(length)
      var inner = at
      at = range.upperBound
      switch tag {
      case Tag.codec: codec = DocumentCodec(rawValue: UInt8(truncatingIfNeeded: Varint.read(body, &inner) ?? 0))
      case Tag.slot: slot = DocumentSlot(rawValue: UInt8(truncatingIfNeeded: Varint.read(body, &inner) ?? 0))
      case Tag.rawBytes: rawBytes = Varint.read(body, &inner)
      case Tag.sha256: digest = SHA256Digest(body.extracting(range))
      case Tag.parent: parent = Varint.read(body, &inner) ?? 0
      case Tag.parentHash: parentHash = body.extracting(range).copied
      case Tag.depth: depth = Varint.read(body, &inner) ?? .max
      case Tag.pieces: pieces = Varint.read(body, &inner) ?? .max
      case Tag.pieceBytes: pieceBytes = Varint.read(body, &inner) ?? 0
      case Tag.frame: frame = range
      default: break
      }
    }
    guard let slot, let rawBytes, let digest, depth <= 255, let count = UInt32(exactly: pieces) else { return nil }
    guard rawBytes <= UInt64(Int.max), (parent != 0) == (codec == .delta || codec == .same) else { return nil }
    guard parent == 0 || parentHash.count == parentHashBytes else { return nil }
    header = DocumentHeader(codec: codec, slot: slot, rawBytes: rawBytes, sha256: digest)
    header?.parent = parent
    header?.parentHash = parentHash
    header?.depth = UInt8(depth)
    header?.pieces = count
    header?.pieceBytes = pieceBytes
    return header.map { ($0, frame) }
  }
}
