import Digest
import Testing

/// SHA-256 against the published vectors, and the same value however the bytes are cut.
struct SHA256Tests {
  /// From FIPS 180-4's examples and the short-message vectors of the NIST validation system.
  static let vectors: [(message: String, digest: String)] = [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    (
      "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
      "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
    ),
  ]

  @Test(arguments: vectors) func publishedVectors(message: String, digest: String) {
    #expect(SHA256.hash(Array(message.utf8).span).hex == digest)
  }

  @Test func aMillionTimesTheLetterA() {
    var running = SHA256()
    let thousand = [UInt8](repeating: UInt8(ascii: "a"), count: 1000)
    for _ in 0..<1000 { running.update(thousand.span) }
    #expect(running.finalize().hex == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }

  @Test(arguments: [1, 3, 55, 56, 63, 64, 65, 127, 1000]) func anyCuttingGivesTheSame(cut: Int) {
    let message = (0..<10_007).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ ($0 >> 8)) }
    var running = SHA256()
    for start in stride(from: 0, to: message.count, by: cut) {
      running.update(message.span.extracting(start..<min(start + cut, message.count)))
      running.update([UInt8]().span)
    }
    #expect(running.finalize() == SHA256.hash(message.span))
  }
}
