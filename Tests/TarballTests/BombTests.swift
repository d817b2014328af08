import Glibc
import Tarball
import TestSupport
import Testing

/// Archives that are small to send and large to read cost their limit and no more.
struct BombTests {
  /// One gzip member of 16 MiB of zeros: 16 KiB.
  private let zeros = gzip([UInt8](repeating: 0, count: 16 << 20), level: 9)

  private func head(_ path: String, size: Int) -> [UInt8] {
    var archive = ArchiveBuilder()
    archive.add(path, size: ArchiveBuilder.base256(Int64(size)))
    return gzip(archive.bytes)
  }

  private func read(_ pieces: [[UInt8]], _ limits: TarLimits) throws -> Int {
    let reader = try TarReader(limits: limits, source: source(pieces))
    var total = 0
    while try reader.next() != nil { try reader.readData { total += $0.count } }
    return total
  }

  @Test func `a member may be as large as the limit allows, and not larger`() throws {
    var limits = TarLimits()
    limits.inflatedBytes = 512 + 64 << 20 + 512
    let file = [head("graph.json", size: 64 << 20)] + Array(repeating: zeros, count: 4)
    #expect(try read(file, limits) == 64 << 20)
    limits.inflatedBytes = 60 << 20
    #expect(throws: TarballError.self) { try read(file, limits) }
  }

  @Test func `zeros after the end count as inflated bytes`() throws {
    var limits = TarLimits()
    limits.inflatedBytes = 40 << 20
    let error = try #require(throws: TarballError.self) { try read(Array(repeating: zeros, count: 4), limits) }
    #expect(error.limit == "inflatedBytes")
  }

  @Test func `members are counted`() throws {
    var archive = ArchiveBuilder()
    for _ in 0..<101 { archive.add("m") }
    var limits = TarLimits()
    limits.members = 100
    #expect(refusal(gzip(archive.ended()), limits: limits)?.limit == "members")
    limits.members = 101
    #expect(refusal(gzip(archive.ended()), limits: limits) == nil)
  }

  @Test func `compressed bytes are counted`() {
    var limits = TarLimits()
    limits.archiveBytes = 100
    var archive = ArchiveBuilder()
    archive.add("m", (0..<1000).map { UInt8(truncatingIfNeeded: $0 &* $0) })
    #expect(refusal(gzip(archive.ended()), limits: limits)?.limit == "archiveBytes")
  }

  @Test(.enabled(if: Sanitizer.isAbsent, "a sanitizer's shadow, and what it keeps of freed blocks, counts as memory"))
  func `a gibibyte of data and a hundred thousand headers leave memory flat`() async {
    await #expect(processExitsWith: .success) {
      let zeros = gzip([UInt8](repeating: 0, count: 16 << 20), level: 9)
      var archive = ArchiveBuilder()
      archive.add("graph.json", size: ArchiveBuilder.octal(256 << 20))
      let first = gzip(archive.bytes)
      archive = ArchiveBuilder()
      for _ in 0..<100 { archive.add("m") }
      let hundred = gzip(archive.bytes)
      let pieces = [first] + Array(repeating: zeros, count: 16) + Array(repeating: hundred, count: 900)
      let before = try residentAnonymousKiB()
      let reader = try TarReader(source: source(pieces))
      var most = before
      while try reader.next() != nil {
        var pieces = 0
        try reader.readData { _ in
          pieces += 1
          if pieces % 1024 == 0 { most = max(most, try residentAnonymousKiB()) }
        }
      }
      most = max(most, try residentAnonymousKiB())
      print("grew by \(most - before) KiB")
      precondition(most - before <= 1024, "grew by \(most - before) KiB")
    }
  }
}

/// The process's anonymous resident memory, as the kernel counts it.
func residentAnonymousKiB() throws -> Int {
  guard let file = unsafe fopen("/proc/self/status", "r") else { throw ProcError.noProc }
  defer { unsafe fclose(file) }
  var line = [CChar](repeating: 0, count: 256)
  while unsafe fgets(&line, 256, file) != nil {
    let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    if text.hasPrefix("RssAnon:"), let value = Int(text.split(separator: " ")[1]) { return value }
  }
  throw ProcError.noProc
}

enum ProcError: Error { case noProc }
