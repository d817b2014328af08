import Tarball

/// One member with its data, as the tests compare it.
struct Member: Equatable {
  var path: String
  var kind: TarEntry.Kind = .regular
  var data: [UInt8] = []
}

/// A source that hands out `pieces` in turn, each at most `chunk` bytes at a time.
func source(_ pieces: [[UInt8]], chunk: Int = 65_536) -> (inout [UInt8]) throws -> Int {
  var piece = 0
  var offset = 0
  return { buffer in
    while piece < pieces.count, offset == pieces[piece].count {
      piece += 1
      offset = 0
    }
    guard piece < pieces.count else { return 0 }
    let count = min(chunk, pieces[piece].count - offset)
    buffer = Array(pieces[piece][offset..<offset + count])
    offset += count
    return count
  }
}

/// Reads a whole gzipped archive.
func members(
  _ file: [UInt8], limits: TarLimits = TarLimits(), chunk: Int = 65_536,
  where isRead: (TarEntry) -> Bool = { _ in true }
) throws -> [Member] {
  let reader = try TarReader(limits: limits, source: source([file], chunk: chunk))
  var result: [Member] = []
  while let entry = try reader.next() {
    var member = Member(path: String(decoding: entry.path, as: UTF8.self), kind: entry.kind)
    if isRead(entry) {
      try reader.readData { piece in
        for index in piece.indices { member.data.append(piece[index]) }
      }
    }
    result.append(member)
  }
  return result
}

/// Reads a whole gzipped archive and returns the code it is refused with, or nil.
func refusal(_ file: [UInt8], limits: TarLimits = TarLimits()) -> TarballError? {
  do {
    _ = try members(file, limits: limits)
    return nil
  } catch {
    return error as? TarballError
  }
}
