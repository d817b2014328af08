import Digest
import Testing

/// CRC-32 against published values, and the same value however the bytes are cut.
struct CRC32Tests {
  @Test(
    arguments: [
      ("", 0), ("a", 0xe8b7_be43), ("abc", 0x3524_41c2), ("123456789", 0xcbf4_3926),
      ("The quick brown fox jumps over the lazy dog", 0x414f_a339),
    ] as [(String, UInt32)]) func publishedValues(message: String, value: UInt32)
  {
    var running = CRC32()
    running.update(Array(message.utf8).span)
    #expect(running.value == value)
  }

  @Test func zerosAndOnes() {
    var zeros = CRC32()
    zeros.update([UInt8](repeating: 0, count: 32).span)
    #expect(zeros.value == 0x190a_55ad)
    var ones = CRC32()
    ones.update([UInt8](repeating: 0xff, count: 32).span)
    #expect(ones.value == 0xff6c_ab0b)
  }

  @Test(arguments: [1, 7, 8, 9, 100, 4096]) func anyCuttingGivesTheSame(cut: Int) {
    let message = (0..<10_007).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ ($0 >> 8)) }
    var whole = CRC32()
    whole.update(message.span)
    var running = CRC32()
    for start in stride(from: 0, to: message.count, by: cut) {
      running.update(message.span.extracting(start..<min(start + cut, message.count)))
      running.update([UInt8]().span)
    }
    #expect(running.value == whole.value)
  }

  /// ISO 3309, a bit at a time.
  private static func reference(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    var register = UInt32.max
    for byte in bytes {
      register ^= UInt32(byte)
      for _ in 0..<8 { register = register >> 1 ^ (register & 1 == 1 ? 0xedb8_8320 : 0) }
    }
    return ~register
  }

  @Test func everyLengthAndBeginningIsTheSlowWays() {
    let message = (0..<700).map { UInt8(truncatingIfNeeded: $0 &* 167 ^ ($0 >> 3)) }
    for start in [0, 1, 7] {
      for length in 0..<(message.count - start) where length < 300 || length % 13 == 0 {
        var crc = CRC32()
        crc.update(message.span.extracting(start..<start + length / 3))
        crc.update(message.span.extracting(start + length / 3..<start + length))
        #expect(crc.value == Self.reference(message[start..<start + length]), "\(length) from \(start)")
      }
    }
  }

  @Test func everySingleBitIsNoticed() {
    let message = Array("a record of the store".utf8)
    var whole = CRC32()
    whole.update(message.span)
    for bit in 0..<message.count * 8 {
      var damaged = message
      damaged[bit / 8] ^= 1 << UInt8(bit % 8)
      var running = CRC32()
      running.update(damaged.span)
      #expect(running.value != whole.value, "bit \(bit)")
    }
  }
}
