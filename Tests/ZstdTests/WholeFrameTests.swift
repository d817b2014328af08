import Testing

@testable import Zstd

/// Values held whole: what goes in comes out, short where a prefix helps, and nothing wrong comes out as right.
struct WholeFrameTests {
  let compressor = Compressor()
  let decompressor = Decompressor()

  private func decompress(_ frame: [UInt8], prefix: [UInt8]? = nil, rawLength: Int) throws -> [UInt8] {
    var output: [UInt8] = []
    if let prefix {
      try decompressor.decompress(frame.span, prefix: prefix.span, rawLength: rawLength, into: &output)
    } else {
      try decompressor.decompress(frame.span, rawLength: rawLength, into: &output)
    }
    return output
  }

  @Test(arguments: [0, 1, 1000, 270_000, 3_000_000], [1, 3, 12])
  func roundTrip(count: Int, level: Int) throws {
    let text = sampleText(bytes: count)
    let frame = try compressor.compress(text.span, level: level)
    #expect(try decompress(frame, rawLength: count) == text)
    if count > 10_000 { #expect(frame.count < count / 2) }
  }

  @Test func bytesThatDoNotCompressComeBack() throws {
    let raw = noise(bytes: 200_000)
    let frame = try compressor.compress(raw.span)
    #expect(frame.count > raw.count && frame.count < raw.count + 100)
    #expect(try decompress(frame, rawLength: raw.count) == raw)
  }

  @Test(arguments: [270_000, 5_000_000]) func aPrefixLeavesOnlyTheDifference(count: Int) throws {
    let old = sampleText(bytes: count)
    let new = drifted(old, every: 100)
    let full = try compressor.compress(new.span)
    let delta = try compressor.compress(new.span, prefix: old.span)
    #expect(delta.count * 8 < full.count, "\(delta.count) against \(full.count)")
    #expect(try decompress(delta, prefix: old, rawLength: count) == new)
    // The prefix counts for one frame only.
    #expect(try compressor.compress(new.span) == full)
  }

  @Test func aShortFrameKeepsNoRoom() throws {
    let old = sampleText(bytes: 500_000)
    let delta = try compressor.compress(old.span, prefix: old.span)
    #expect(delta.capacity < 1000)
  }

  @Test func anEmptyPrefixIsNone() throws {
    let text = sampleText(bytes: 5000)
    let empty: [UInt8] = []
    let frame = try compressor.compress(text.span, prefix: empty.span)
    #expect(try compressor.compress(text.span) == frame)
    #expect(try decompress(frame, prefix: [], rawLength: 5000) == text)
  }

  @Test func aPrefixThatSharesMemoryWorksAllTheSame() throws {
    let text = sampleText(bytes: 100_000)
    let same = try compressor.compress(text.span, prefix: text.span)
    #expect(same.count < 100)
    #expect(try decompress(same, prefix: text, rawLength: text.count) == text)
    let front = try compressor.compress(text.span, prefix: text.span.extracting(0..<50_000))
    #expect(try decompress(front, prefix: Array(text[0..<50_000]), rawLength: text.count) == text)
  }

  @Test func anotherPrefixIsFound() throws {
    let old = sampleText(bytes: 100_000)
    let new = drifted(old, every: 50)
    let delta = try compressor.compress(new.span, prefix: old.span)
    for wrong in [drifted(old, every: 2, seed: 9), Array(old.dropLast()), sampleText(bytes: 100_000, seed: 5)] {
      let error = #expect(throws: ZstdError.self) { try decompress(delta, prefix: wrong, rawLength: new.count) }
      #expect([.checksumWrong, .corrupted].contains(error?.code))
    }
    #expect(throws: ZstdError.self) { try decompress(delta, rawLength: new.count) }
  }

  @Test func theLengthMustBeAsRecorded() throws {
    let text = sampleText(bytes: 10_000)
    let frame = try compressor.compress(text.span)
    for wrong in [0, 9_999, 10_001, 1 << 30, -1] {
      #expect(throws: ZstdError(.wrongLength, .decompress)) { try decompress(frame, rawLength: wrong) }
    }
    #expect(try decompress(frame, rawLength: 10_000) == text)
  }

  @Test func exactlyOneWholeFrameIsRead() throws {
    let text = sampleText(bytes: 10_000)
    let frame = try compressor.compress(text.span)
    #expect(throws: ZstdError(.trailingBytes, .decompress)) { try decompress(frame + [0], rawLength: 10_000) }
    #expect(throws: ZstdError(.trailingBytes, .decompress)) { try decompress(frame + frame, rawLength: 20_000) }
    for count in [0, 1, 3, 4, 5, 12, frame.count / 2, frame.count - 4, frame.count - 1] {
      let error = #expect(throws: ZstdError.self) {
        try decompress(Array(frame[0..<count]), rawLength: 10_000)
      }
      #expect(error?.code == .inputLengthWrong)
    }
    #expect(throws: ZstdError(.notZstd, .decompress)) { try decompress(text, rawLength: 10_000) }
  }

  @Test func noFlippedBitIsHandedOut() throws {
    let old = sampleText(bytes: 20_000)
    let new = drifted(old, every: 20)
    let frame = try compressor.compress(new.span, prefix: old.span)
    var random = Random(state: 7)
    var wrong = 0
    for _ in 0..<600 {
      var damaged = frame
      damaged[Int(random.next() % UInt64(frame.count))] ^= 1 << UInt8(random.next() % 8)
      if let result = try? decompress(damaged, prefix: old, rawLength: new.count), result != new { wrong += 1 }
    }
    #expect(wrong == 0)
  }

  @Test func aFrameThatClaimsTooMuchTakesNoMemory() throws {
    // Magic, one segment with an 8-byte content size of 2^60, one empty last block, a checksum.
    let frame: [UInt8] = [0x28, 0xb5, 0x2f, 0xfd, 0xe4, 0, 0, 0, 0, 0, 0, 0, 0x10, 1, 0, 0, 0, 0, 0, 0]
    #expect(throws: ZstdError.self) { try decompress(frame, rawLength: 1000) }
  }

  @Test(arguments: [-1, 0, 13, 22]) func levelsOutsideAreRefused(level: Int) {
    #expect(throws: ZstdError(.settingOutOfRange, .compress)) {
      try compressor.compress(sampleText(bytes: 10).span, level: level)
    }
  }

  @Test func theWindowReachesOverPrefixAndInput() {
    #expect(Compressor.windowLog(for: 0) == 10)
    #expect(Compressor.windowLog(for: 1024) == 10)
    #expect(Compressor.windowLog(for: 1025) == 11)
    #expect(Compressor.windowLog(for: 1 << 23) == 23)
    #expect(Compressor.windowLog(for: (1 << 23) + 1) == 24)
    #expect(Compressor.windowLog(for: .max) == Compressor.largestWindowLog)
  }

  @Test func theOutputArrayIsUsedAgain() throws {
    let text = sampleText(bytes: 50_000)
    let frame = try compressor.compress(text.span)
    var output: [UInt8] = []
    output.reserveCapacity(60_000)
    let before = unsafe output.withUnsafeBufferPointer { UInt(bitPattern: $0.baseAddress) }
    try decompressor.decompress(frame.span, rawLength: text.count, into: &output)
    let after = unsafe output.withUnsafeBufferPointer { UInt(bitPattern: $0.baseAddress) }
    #expect(output == text)
    #expect(before == after)
  }

  @Test func memoryStaysAsDocumented() throws {
    let text = sampleText(bytes: 270_000)
    _ = try compressor.compress(drifted(text, every: 9).span, prefix: text.span)
    #expect(compressor.memoryBytes < 2 << 20, "\(compressor.memoryBytes)")
    let large = sampleText(bytes: 8 << 20)
    _ = try compressor.compress(drifted(large, every: 9).span, prefix: large.span)
    #expect(compressor.memoryBytes < 12 << 20, "\(compressor.memoryBytes)")
  }
}
