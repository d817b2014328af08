import Digest
import Tarball

/// A gzip file, or the bytes of a tar archive that are wrapped in one here.
///
/// Mutations of compressed bytes hardly ever get past the checksum; so the first byte says, when it is odd, that what
/// follows is tar, whose header checksums are then set right.
enum TarballInput {
  static func read(_ input: [UInt8]) -> Bool {
    guard let first = input.first else { return read(file: []) }
    let rest = Array(input.dropFirst())
    return read(file: first & 1 == 1 ? gzip(summed(rest)) : rest)
  }

  private static let limits: TarLimits = {
    var limits = TarLimits()
    limits.archiveBytes = 1 << 20
    limits.inflatedBytes = 1 << 17
    limits.members = 100
    limits.headerBytes = 8192
    limits.pathBytes = 1000
    return limits
  }()

  private struct Member: Equatable {
    var entry: TarEntry
    var data: [UInt8]
  }

  private static func read(file: [UInt8]) -> Bool {
    let whole = members(file, chunk: file.count)
    let pieces = members(file, chunk: 61)
    // Damaged data may show sooner or later; what is refused is refused however it arrives.
    hold(pieces.isComplete == whole.isComplete, "whether an archive is good depends on how the file arrives")
    hold(!whole.isComplete || pieces == whole, "the members depend on how the file arrives")
    return whole.isComplete
  }

  private struct Outcome: Equatable {
    var members: [Member] = []
    var error: TarballError?
    var isComplete: Bool { error == nil }
  }

  private static func members(_ file: [UInt8], chunk: Int) -> Outcome {
    var outcome = Outcome()
    var offset = 0
    do {
      let reader = try TarReader(limits: limits) { buffer in
        let count = min(chunk, file.count - offset)
        buffer = Array(file[offset..<offset + count])
        offset += count
        return count
      }
      var total = 0
      while let entry = try reader.next() {
        var data: [UInt8] = []
        hold(entry.path.count <= limits.pathBytes && !entry.path.isEmpty, "a path beyond the limit")
        // Every third member is left to be skipped.
        if outcome.members.count % 3 != 2 {
          try reader.readData { data += $0.copied }
          hold(data.count == entry.size, "a member is not as long as it says")
        }
        total += entry.size
        outcome.members.append(Member(entry: entry, data: data))
        hold(outcome.members.count <= limits.members && total <= limits.inflatedBytes, "more than the limits allow")
      }
      hold(offset == file.count, "an archive was taken as complete before its file was read to the end")
    } catch let error as TarballError {
      outcome.error = error
    } catch {
      fatalError("the reader threw \(error)")
    }
    return outcome
  }

  /// Sets the checksum of every block that looks like a header.
  private static func summed(_ tar: [UInt8]) -> [UInt8] {
    var tar = tar
    var block = 0
    while block + 512 <= tar.count {
      if Array(tar[block + 257..<block + 262]) == Array("ustar".utf8) {
        for index in block + 148..<block + 156 { tar[index] = UInt8(ascii: " ") }
        var sum = tar[block..<block + 512].reduce(0) { $0 + Int($1) }
        for index in stride(from: block + 153, through: block + 148, by: -1) {
          tar[index] = UInt8(ascii: "0") + UInt8(sum & 7)
          sum >>= 3
        }
        tar[block + 154] = 0
      }
      block += 512
    }
    return tar
  }

  /// Wraps bytes in a gzip member without compressing them. RFC 1951, 1952.
  private static func gzip(_ bytes: [UInt8]) -> [UInt8] {
    var file: [UInt8] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]
    var start = 0
    repeat {
      let length = min(bytes.count - start, 65_535)
      file.append(start + length == bytes.count ? 1 : 0)
      for value in [length, 65_535 - length] { file += [UInt8(value & 255), UInt8(value >> 8)] }
      file += bytes[start..<start + length]
      start += length
    } while start < bytes.count
    var crc = CRC32()
    crc.update(bytes.span)
    for value in [crc.value, UInt32(bytes.count)] {
      for shift in stride(from: UInt32(0), to: 32, by: 8) { file.append(UInt8(truncatingIfNeeded: value >> shift)) }
    }
    return file
  }
}
