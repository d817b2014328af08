import Digest
import WheelModel

/// What tags are compared by while a listing is walked: the first half of their SHA-256, for half of the memory.
///
/// Two tags with one digest would have to be searched for in 2^64 attempts.
struct TagDigest: Hashable, Sendable {
  private let words: (UInt64, UInt64)

  init(_ tag: Text) { words = SHA256.hash(Array(tag.utf8).span).firstHalf }

  static func == (a: Self, b: Self) -> Bool { a.words == b.words }

  func hash(into hasher: inout Hasher) { hasher.combine(words.0) }
}
