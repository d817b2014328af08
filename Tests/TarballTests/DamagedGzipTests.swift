import Tarball
import Testing

/// What is wrong with the compressed layer is always noticed before the end of the archive is reported.
struct DamagedGzipTests {
  private let file: [UInt8] = {
    var archive = ArchiveBuilder()
    archive.add("a", (0..<40_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 7) })
    return gzip(archive.ended())
  }()

  @Test func `a wrong CRC and a wrong length are refused`() {
    for index in file.count - 8..<file.count {
      var damaged = file
      damaged[index] ^= 1
      #expect(refusal(damaged)?.code == .gzip, "trailer byte \(index)")
    }
  }

  @Test func `nothing, gzip of nothing, and other content are refused`() {
    #expect(refusal([])?.code == .gzip)
    #expect(refusal(gzip([]))?.code == .tar)
    #expect(refusal(Array("<html>Sign in</html>".utf8))?.code == .gzip)
    #expect(refusal([UInt8](repeating: 0, count: 512))?.code == .gzip)
    #expect(refusal(gzip(Array("<html>Sign in</html>".utf8)))?.code == .truncated)
    #expect(refusal(gzip([UInt8](repeating: 0x3c, count: 2000)))?.code == .tar)
  }

  @Test func `a file cut anywhere is refused`() {
    for length in stride(from: 1, to: file.count, by: max(1, file.count / 400)) {
      #expect(refusal(Array(file.prefix(length)))?.code == .truncated, "cut to \(length)")
    }
    #expect(refusal(Array(file.dropLast()))?.code == .truncated)
  }

  @Test func `no single flipped bit gets through with other content`() throws {
    let good = try members(file)
    var refused = 0
    for index in stride(from: 0, to: file.count, by: max(1, file.count / 300)) {
      var damaged = file
      damaged[index] ^= UInt8(1 << (index % 8))
      if refusal(damaged) != nil { refused += 1 } else { #expect(try members(damaged) == good, "byte \(index)") }
    }
    #expect(refused > 250)
  }

  @Test func `garbage after the end is refused, also behind padding and as a broken member`() {
    #expect(refusal(file + [1])?.code == .gzip)
    #expect(refusal(file + [0, 0, 0, 1])?.code == .gzip)
    #expect(refusal(file + [0x1f])?.code == .truncated)
    #expect(refusal(file + [0x1f, 0x8c, 8, 0])?.code == .gzip)
    #expect(refusal(file + gzip([1, 2, 3]).dropLast(4))?.code == .truncated)
  }

  @Test func `an error of the source comes out unchanged, and stays`() throws {
    struct Reset: Error {}
    let reader = try TarReader { _ in throw Reset() }
    #expect(throws: Reset.self) { try reader.next() }
    #expect(throws: Reset.self) { try reader.next() }
  }
}
