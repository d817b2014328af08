import Zstd

/// Encodes raw bytes, against a parent's where that is worth it. For one thread at a time.
final class DocumentEncoder {
  /// An encoded document before it has an id.
  struct Encoded {
    var codec: DocumentCodec
    var frame: [UInt8]
    /// Which of the candidates it is encoded against; nil when it stands alone.
    var parent: Int?
  }

  private let compressor = Compressor()
  private let decompressor: Decompressor
  private let level: Int
  private var decoded: [UInt8] = []

  init(level: Int, decompressor: Decompressor) {
    self.level = level
    self.decompressor = decompressor
  }

  /// Encodes `raw` against the first candidate that it resembles, or alone.
  ///
  /// What was encoded is decoded and compared before it is believed.
  func encode(_ raw: [UInt8], against candidates: [[UInt8]]) throws -> Encoded {
    var alone: [UInt8]?
    for (index, parent) in candidates.enumerated() {
      let delta = try compressor.compress(raw.span, prefix: parent.span, level: level)
      // A delta this small is far below 60 % of any full frame: no need to make one to compare.
      if delta.count > 64 + raw.count / 50 {
        let full = try alone ?? compressor.compress(raw.span, level: level)
        alone = full
        if delta.count * 10 > full.count * 6 { continue }
      }
      return try compared(.init(codec: .delta, frame: delta, parent: index), raw, parent)
    }
    let full = try alone ?? compressor.compress(raw.span, level: level)
    return try compared(.init(codec: .full, frame: full, parent: nil), raw, nil)
  }

  private func compared(_ encoded: Encoded, _ raw: [UInt8], _ parent: [UInt8]?) throws -> Encoded {
    try decompressor.decompress(encoded.frame.span, prefix: parent?.span, rawLength: raw.count, into: &decoded)
    defer { if decoded.capacity > 2 << 20 { decoded = [] } }
    guard decoded.span.isEqual(to: raw.span) else {
      throw StoreError(
        .localIO, .inputOutput, operation: "encode a document", cause: "decoding does not give the same bytes back",
        hint: "check the machine's memory")
    }
    return encoded
  }
}
