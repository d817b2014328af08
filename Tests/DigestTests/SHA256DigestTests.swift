import Digest
import Testing

/// The value type: its two spellings, its order, and what is no digest.
struct SHA256DigestTests {
  let bytes = (0..<32).map { UInt8($0 * 8) }
  let hex = "0008101820283038404850586068707880889098a0a8b0b8c0c8d0d8e0e8f0f8"

  private func digest(_ bytes: [UInt8]) -> SHA256Digest? { SHA256Digest(bytes.span) }

  @Test func bytesAndHexadecimalSayTheSame() throws {
    let value = try #require(digest(bytes))
    #expect(value.hex == hex)
    #expect(value.description == hex)
    #expect(value.bytes == bytes)
    #expect(SHA256Digest(hex: hex) == value)
    #expect(SHA256Digest(hex: hex.uppercased()) == value)
    #expect(SHA256Digest(hex: Substring(hex)) == value)
  }

  @Test(arguments: [0, 1, 31, 33, 64]) func otherLengthsAreNoDigest(count: Int) {
    #expect(digest([UInt8](repeating: 1, count: count)) == nil)
    #expect(SHA256Digest(hex: String(repeating: "a", count: count * 2)) == nil)
  }

  @Test func otherTextIsNoDigest() {
    #expect(SHA256Digest(hex: hex.dropLast()) == nil)
    #expect(SHA256Digest(hex: hex.dropLast() + "g") == nil)
    #expect(SHA256Digest(hex: hex.dropLast() + "é") == nil)
    #expect(SHA256Digest(hex: hex + "0") == nil)
    #expect(SHA256Digest(hex: "0x" + hex.dropFirst(2)) == nil)
    #expect(SHA256Digest(hex: String(repeating: "a", count: 100_000)) == nil)
  }

  /// A change of any one bit is another digest, and larger when the bit was 0.
  @Test(arguments: 0..<256) func everyBitCounts(bit: Int) throws {
    let value = try #require(digest(bytes))
    var changed = bytes
    changed[bit / 8] ^= 0x80 >> UInt8(bit % 8)
    let other = try #require(digest(changed))
    #expect(other != value)
    #expect((value < other) == (changed[bit / 8] > bytes[bit / 8]))
    #expect(value < other || other < value)
    #expect(Set([value, other, value]).count == 2)
  }
}
