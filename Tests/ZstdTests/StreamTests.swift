import Testing

@testable import Zstd

/// Content that comes and goes in pieces: the same bytes however they are cut, in bounded memory.
struct StreamTests {
  private func compress(_ raw: [UInt8], cut: Int, pledged: Bool = false, pieceBytes: Int = 64 << 10) throws -> [UInt8] {
    let compressor = try StreamCompressor(pieceBytes: pieceBytes, pledgedBytes: pledged ? raw.count : nil)
    return try compress(raw, cut: cut, with: compressor)
  }

  private func compress(_ raw: [UInt8], cut: Int, with compressor: StreamCompressor) throws -> [UInt8] {
    var frame: [UInt8] = []
    for start in stride(from: 0, to: raw.count, by: cut) {
      try compressor.write(raw.span.extracting(start..<min(start + cut, raw.count))) { frame.add($0) }
    }
    try compressor.finish { frame.add($0) }
    return frame
  }

  private func decompress(_ frame: [UInt8], cut: Int, rawLength: Int, pieceBytes: Int = 64 << 10) throws -> [UInt8] {
    let decompressor = try StreamDecompressor(rawLength: rawLength, pieceBytes: pieceBytes)
    var raw: [UInt8] = []
    for start in stride(from: 0, to: frame.count, by: cut) {
      try decompressor.feed(frame.span.extracting(start..<min(start + cut, frame.count))) { piece in
        #expect(piece.count <= pieceBytes)
        raw.add(piece)
      }
    }
    try decompressor.finish()
    return raw
  }

  @Test(arguments: [1, 100, 65_536, 1_000_000], [false, true])
  func anyCuttingGivesTheSame(cut: Int, pledged: Bool) throws {
    let text = sampleText(bytes: 300_000)
    let frame = try compress(text, cut: cut, pledged: pledged)
    #expect(frame.count < 100_000)
    #expect(try decompress(frame, cut: cut, rawLength: text.count) == text)
    #expect(try decompress(frame, cut: 7, rawLength: text.count, pieceBytes: 1000) == text)
    var whole: [UInt8] = []
    try Decompressor().decompress(frame.span, rawLength: text.count, into: &whole)
    #expect(whole == text)
  }

  @Test func nothingIsAFrameToo() throws {
    let frame = try compress([], cut: 1)
    #expect(try decompress(frame, cut: 1, rawLength: 0) == [])
  }

  @Test func bytesThatDoNotCompressComeInManyPieces() throws {
    let raw = noise(bytes: 1_000_000)
    let frame = try compress(raw, cut: 10_000, pieceBytes: 500)
    #expect(try decompress(frame, cut: 333, rawLength: raw.count, pieceBytes: 500) == raw)
  }

  @Test func oneContextDoesManyFrames() throws {
    let compressor = try StreamCompressor()
    let decompressor = try StreamDecompressor(rawLength: 0)
    for seed in UInt64(1)...5 {
      let text = sampleText(bytes: 10_000, seed: seed)
      try compressor.restart(pledgedBytes: seed % 2 == 0 ? text.count : nil)
      let frame = try compress(text, cut: 999, with: compressor)
      try decompressor.restart(rawLength: text.count)
      var raw: [UInt8] = []
      try decompressor.feed(frame.span) { raw.add($0) }
      try decompressor.finish()
      #expect(raw == text)
    }
  }

  @Test func aBrokenPledgeIsRefused() throws {
    let compressor = try StreamCompressor(pledgedBytes: 10)
    let error = #expect(throws: ZstdError.self) {
      try compressor.write(sampleText(bytes: 9).span) { _ in }
      try compressor.finish { _ in }
    }
    #expect(error?.code == .inputLengthWrong)
    try compressor.restart(pledgedBytes: 10)
    let tooLong = #expect(throws: ZstdError.self) {
      try compressor.write(sampleText(bytes: 200_000).span) { _ in }
      try compressor.finish { _ in }
    }
    #expect(tooLong?.code == .inputLengthWrong)
  }

  @Test func theLengthMustBeAsExpected() throws {
    let text = sampleText(bytes: 200_000)
    let frame = try compress(text, cut: 1000)
    var emitted = 0
    let decompressor = try StreamDecompressor(rawLength: 100_000)
    #expect(throws: ZstdError(.wrongLength, .decompress)) {
      try decompressor.feed(frame.span) { emitted += $0.count }
    }
    #expect(emitted <= 100_000)
    #expect(throws: ZstdError(.wrongLength, .decompress)) {
      try decompress(frame, cut: 1000, rawLength: text.count + 1)
    }
  }

  @Test func endsAreChecked() throws {
    let text = sampleText(bytes: 50_000)
    let frame = try compress(text, cut: 1000)
    for count in [0, 3, frame.count / 2, frame.count - 1] {
      #expect(throws: ZstdError(.truncated, .decompress)) {
        try decompress(Array(frame[0..<count]), cut: 100, rawLength: text.count)
      }
    }
    for cut in [1, 100_000] {
      #expect(throws: ZstdError(.trailingBytes, .decompress)) {
        try decompress(frame + [0], cut: cut, rawLength: text.count)
      }
    }
    var damaged = frame
    damaged[frame.count - 1] ^= 1
    #expect(throws: ZstdError(.checksumWrong, .decompress)) {
      try decompress(damaged, cut: 100, rawLength: text.count)
    }
  }

  @Test func aWindowBeyondTheBoundIsRefused() throws {
    #expect(throws: ZstdError(.settingOutOfRange, .compress)) { try StreamCompressor(windowLog: 24) }
    // Magic, a checksummed frame with a window of 16 MiB, one empty last block.
    let frame: [UInt8] = [0x28, 0xb5, 0x2f, 0xfd, 0x04, 0x70, 1, 0, 0, 0, 0, 0, 0]
    #expect(throws: ZstdError(.windowTooLarge, .decompress)) { try decompress(frame, cut: 100, rawLength: 0) }
  }

  @Test func whatEmitThrowsComesThrough() throws {
    struct Stop: Error {}
    let frame = try compress(sampleText(bytes: 50_000), cut: 1000)
    #expect(throws: Stop.self) { try StreamDecompressor(rawLength: 50_000).feed(frame.span) { _ in throw Stop() } }
    let compressor = try StreamCompressor()
    #expect(throws: Stop.self) { try compressor.finish { _ in throw Stop() } }
  }

  @Test func memoryDoesNotGrowWithTheContent() throws {
    let compressor = try StreamCompressor()
    let decompressor = try StreamDecompressor(rawLength: 100 << 20)
    var text = sampleText(bytes: 1 << 20)
    for round in 0..<100 {
      text[round] ^= 1
      try compressor.write(text.span) { try decompressor.feed($0) { #expect($0.count <= 64 << 10) } }
    }
    try compressor.finish { try decompressor.feed($0) { _ in } }
    try decompressor.finish()
    #expect(compressor.memoryBytes < 4 << 20, "\(compressor.memoryBytes)")
    #expect(decompressor.memoryBytes < 3 << 20, "\(decompressor.memoryBytes)")
  }
}

extension [UInt8] {
  fileprivate mutating func add(_ bytes: Span<UInt8>) {
    unsafe bytes.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
  }
}
