/// Makes inputs by damaging and crossing those of a corpus; the same for the same seed.
public struct InputMutator {
  private let corpus: [[UInt8]]
  private let longest: Int
  private var state: UInt64

  /// Makes a mutator; an empty corpus counts as one empty input.
  public init(corpus: [[UInt8]], longest: Int, seed: UInt64) {
    self.corpus = corpus.isEmpty ? [[]] : corpus
    self.longest = longest
    state = seed
  }

  /// Numbers that readers of lengths, sizes and depths stumble over.
  private static let edges: [UInt8] = [0, 1, 0x7f, 0x80, 0xff, 0x22, 0x5c, 0x7b, 0x5b, 0x0a, 0x20, 0x2d, 0x39]

  /// The next input.
  public mutating func next() -> [UInt8] {
    var input = corpus[below(corpus.count)]
    for _ in 0...below(4) {
      let at = below(input.count + 1)
      let length = min(1 + below(16), input.count - at)
      switch below(7) {
      case 0 where at < input.count: input[at] ^= 1 << UInt8(below(8))
      case 1 where at < input.count: input[at] = Self.edges[below(Self.edges.count)]
      case 2: input.removeSubrange(at..<at + length)
      case 3: input.insert(contentsOf: Array(input[at..<at + length]), at: below(input.count + 1))
      case 4: input.insert(Self.edges[below(Self.edges.count)], at: at)
      case 5:
        let other = corpus[below(corpus.count)]
        let from = below(other.count + 1)
        input = Array(input[..<at]) + other[from...].prefix(longest)
      default: input = Array(input[..<at])
      }
    }
    return input.count > longest ? Array(input[..<longest]) : input
  }

  /// SplitMix64.
  private mutating func below(_ bound: Int) -> Int {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return Int((z ^ (z >> 31)) % UInt64(bound))
  }
}
