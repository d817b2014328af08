import Tarball
import Testing

/// Headers with bytes exchanged at random, but reproducibly: refused or read, never a trap, never beyond the limits.
struct MutationTests {
  @Test(arguments: 0..<8)
  func `no mutation of headers makes the reader fall over`(seed: UInt64) throws {
    var archive = ArchiveBuilder()
    archive.addPax([("path", "release/outputs/graph.json"), ("size", "700"), ("mtime", "1.5")])
    archive.add("graph.json", [UInt8](repeating: 0x41, count: 700))
    archive.addLongName(String(repeating: "n", count: 300))
    archive.add("n", [1, 2, 3], size: ArchiveBuilder.base256(3))
    archive.add("d/", type: "5")
    let good = archive.ended()
    var limits = TarLimits()
    limits.inflatedBytes = 1 << 20
    var state = seed &* 2_862_933_555_777_941_757 &+ 3_037_000_493
    func random(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    var refused = 0
    for _ in 0..<400 {
      var bytes = good
      for _ in 0...random(4) {
        let start = random(bytes.count / 512) * 512
        let field = [0..<100, 124..<136, 124..<136, 156..<157, 345..<500, 0..<512][random(6)]
        bytes[start + field.lowerBound + random(field.count)] =
          [0, 0x20, 0x30, 0x37, 0x39, 0x3d, 0x80, 0xff][random(8)]
        // Half of the damage is by someone who knows how to sum.
        if random(2) == 0 { Self.sum(&bytes, start) }
      }
      do {
        let found = try members(gzip(bytes, level: 1), limits: limits)
        #expect(found.reduce(0) { $0 + $1.data.count } <= bytes.count)
      } catch let error as TarballError {
        refused += 1
        #expect(error.offset <= bytes.count)
      }
    }
    #expect(refused > 100 && refused < 400)
  }

  private static func sum(_ bytes: inout [UInt8], _ start: Int) {
    for index in start + 148..<start + 156 { bytes[index] = 0x20 }
    let sum = bytes[start..<start + 512].reduce(0) { $0 + Int($1) }
    for (index, digit) in ArchiveBuilder.octal(sum).dropFirst(5).enumerated() { bytes[start + 148 + index] = digit }
  }
}
