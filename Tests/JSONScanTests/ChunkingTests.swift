import JSONScan
import Testing

/// However a text is cut, the events, the error and its place are the same.
@Suite struct ChunkingTests {
  static let texts: [[UInt8]] =
    AcceptanceTests.accepted.map { Array($0.utf8) } + AcceptanceTests.refused.map { Array($0.0.utf8) }
    + AcceptanceTests.notUTF8.map { [0x5b, 0x22] + $0 + [0x22, 0x5d] }

  @Test(arguments: [65_536, 3, 0]) func everyCut(_ captured: Int) {
    let limits = JSONLimits(capturedBytes: captured)
    for text in Self.texts {
      let whole = scan(text, limits: limits)
      for cut in 0...text.count {
        let cutOnce = scan(text, cuts: [cut], limits: limits)
        #expect(cutOnce.events == whole.events && cutOnce.error == whole.error, "\(text) at \(cut)")
      }
      let single = scan(text, cuts: Array(0...text.count), limits: limits)
      #expect(single.events == whole.events && single.error == whole.error, "\(text) byte by byte")
    }
  }

  @Test(arguments: [65_536, 5]) func randomCuts(_ captured: Int) {
    let limits = JSONLimits(depth: 6, capturedBytes: captured)
    var mutator = Mutator(dice: Dice(7))
    for round in 0..<400 {
      var text = Array(mutator.value(depth: 5).utf8)
      if round % 2 == 1 { text = mutator.damage(text) }
      let whole = scan(text, limits: limits)
      for _ in 0..<5 {
        let count = Int.random(in: 1...6, using: &mutator.dice)
        let cuts = (0..<count).map { _ in Int.random(in: 0...text.count, using: &mutator.dice) }.sorted()
        let cut = scan(text, cuts: cuts, limits: limits)
        #expect(cut.events == whole.events && cut.error == whole.error, "\(text) at \(cuts)")
      }
    }
  }
}
