/// A generator of its own (splitmix64), so that every run makes the same bytes.
struct Random: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}

/// Text that compresses as a package list does: many lines, much alike.
func sampleText(bytes: Int, seed: UInt64 = 1) -> [UInt8] {
  var random = Random(state: seed)
  var text: [UInt8] = []
  text.reserveCapacity(bytes + 64)
  while text.count < bytes {
    text += Array("package-\(random.next() % 5000)==\(random.next() % 9).\(random.next() % 100)\n".utf8)
  }
  return Array(text[0..<bytes])
}

/// The same text with about one line in `every` changed.
func drifted(_ text: [UInt8], every: UInt64, seed: UInt64 = 2) -> [UInt8] {
  var random = Random(state: seed)
  var result = text
  for index in result.indices where result[index] == UInt8(ascii: "\n") && random.next() % every == 0 && index > 0 {
    result[index - 1] = UInt8(ascii: "0") + UInt8(random.next() % 10)
  }
  return result
}

func noise(bytes: Int, seed: UInt64 = 3) -> [UInt8] {
  var random = Random(state: seed)
  return (0..<bytes).map { _ in UInt8(truncatingIfNeeded: random.next()) }
}
