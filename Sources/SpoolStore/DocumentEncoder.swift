import Zstd

/// Encodes raw bytes, against a parent's where that is worth it. For one thread at a time.
final class DocumentEncoder {
  /// An encoded document before it has an id.
  struct Encoded {
    var codec: DocumentCodec
    var frame: [UInt8]
  }

  private let compressor = Compressor()
  private let decompressor: Decompressor
  private let level: Int
  private var decoded: [UInt8] = []

  init(level: Int, decompressor: Decompressor) {
    self.level = level
    self.decompressor = decompressor
  }

  /// Encodes `raw`, decodes the result and compares it before it is believed.
  func encode(_ raw: [UInt8], parent: [UInt8]?) throws -> Encoded {
    guard let parent else { return try full(raw) }
    let delta = try compressor.compress(raw.span, prefix: parent.span, level: level)
    // A delta this small is far below 60 % of any full frame: no need to make one to compare.
    guard delta.count > 64 + raw.count / 50 else {
      return try compared(.init(codec: .delta, frame: delta), raw, parent)
    }
    let alone = try full(raw)
    guard delta.count * 10 <= alone.frame.count * 6 else { return alone }
    return try compared(.init(codec: .delta, frame: delta), raw, parent)
  }

  private func full(_ raw: [UInt8]) throws -> Encoded {
    try compared(.init(codec: .full, frame: compressor.compress(raw.span, level: level)), raw, nil)
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
