#if TESTABLE

  import WheelModel
  import Zstd

  @testable import SpoolStore

  /// What a store holds, with the checksum taken as right: the first byte says as what the rest is read.
  enum RecordInput {
    static func read(_ input: [UInt8]) -> Bool {
      guard let first = input.first else { return false }
      let rest = Array(input.dropFirst())
      switch first % 20 {
      case 0: return record(rest, { ReleaseRecord($0) }, \.writer)
      case 1: return record(rest, artifact, \.writer)
      case 2: return record(rest, { LogEntry($0, sequence: 1) }, \.writer)
      case 3: return record(rest, { DropRecord($0) }, \.writer)
      case 4: return record(rest, FailureRecord.read, FailureRecord.writer)
      case 5: return record(rest, { RunRecord($0) }, \.writer)
      case 6: return record(rest, { SourceState($0) }, \.writer)
      case 7: return record(rest, { Overview.Repository($0) }, \.writer)
      case 8: return record(rest, { Counters($0) }, \.writer)
      case 9: return record(rest, { Lineage($0) }, \.writer)
      case 10: return record(rest, { LineageMember($0) }, \.writer)
      case 11: return segment(rest)
      case 12: return header(rest)
      case 13: return packageRows(rest)
      case 14: return keys(rest)
      case 15: return frame(rest)
      case 16: return Head(rest) != nil
      case 17: return (try? Marker.parse(rest, path: "STORE")) != nil
      case 18: return varint(rest)
      default: return streamedFrame(rest)
      }
    }

    /// Reads a record, writes what was read, and expects the same bytes from then on.
    private static func record<T>(_ body: [UInt8], _ read: (Record) -> T?, _ write: (T) -> RecordWriter) -> Bool {
      guard let value = Record(bytes: body).flatMap(read) else { return false }
      let written = write(value).body
      guard let again = Record(bytes: written).flatMap(read) else { fatalError("what was written cannot be read") }
      hold(write(again).body == written, "writing what was read changes it")
      return true
    }

    /// An artifact's record; one whose package rows are nowhere is written as none.
    private static func artifact(_ record: Record) -> ArtifactRecord? {
      guard let view = ArtifactView(record) else { return nil }
      _ = view.stored
      return view.document(slot: .packages) == nil ? nil : ArtifactRecord(view)
    }

    private static func segment(_ body: [UInt8]) -> Bool {
      guard let segment = PackageSegment(body.span) else { return false }
      let changes = segment.changes
      hold(changes.last?.position == segment.lastPosition, "the last change is not the last")
      hold(PackageSegment(segment.writer.body.span) == segment, "writing what was read changes it")
      return true
    }

    private static func header(_ body: [UInt8]) -> Bool {
      guard let (header, frame) = DocumentHeader.read(body.span) else { return false }
      hold(frame.isEmpty || body.indices.contains(frame.lowerBound) && frame.upperBound <= body.count, "no such frame")
      let written = header.writer(frame: body.span.extracting(frame)).body
      if header.codec == .full || header.codec == .delta {
        guard let again = DocumentHeader.read(written.span) else { fatalError("what was written cannot be read") }
        hold(Array(written[again.frame]) == Array(body[frame]), "writing what was read changes the frame")
      }
      return true
    }

    /// Two lists of package rows: that between them, each is what it is and what differs is found.
    private static func packageRows(_ body: [UInt8]) -> Bool {
      let cut = body.isEmpty ? 0 : Int(body[0]) % (body.count + 1)
      let lists = [Array(body[..<cut]), Array(body[cut...])]
      var isGood = true
      for list in lists {
        var rows = PackageRows(list)
        do {
          while let group = try rows.next() { _ = try rows.versions(group) }
        } catch {
          isGood = false
        }
      }
      let differs: Void? = try? PackageRows.forEachDifference(lists[0], lists[1]) { _, _ in }
      hold(!isGood || differs != nil, "rows that can be read cannot be compared")
      return isGood
    }

    /// Two texts: their keys stand in the same order as they do, fit, and give the texts back.
    private static func keys(_ body: [UInt8]) -> Bool {
      let parts = body.split(separator: 0xff, maxSplits: 1, omittingEmptySubsequences: false)
      let texts = parts.map { Text(decoding: $0) }
      let keys = texts.map { StoreKey.release(ReleaseKey(RepositoryKey(product: "p", repository: "r"), tag: $0)) }
      for (text, key) in zip(texts, keys) {
        hold(key.count <= 511, "a key longer than LMDB takes")
        _ = StoreKey.describe(key.span)
        _ = StoreKey.package(text)
        if key.count <= StoreKey.longest {
          hold(StoreKey.name(Array(key[4..<key.count - 1]).span) == text, "a text does not come back out of its key")
        }
      }
      if keys.count == 2 {
        hold((texts[0] == texts[1]) == (keys[0] == keys[1]), "two texts share a key")
        if keys.allSatisfy({ $0.count <= StoreKey.longest }) {
          hold((texts[0] < texts[1]) == keys[0].lexicographicallyPrecedes(keys[1]), "keys stand in another order")
        }
      }
      return true
    }

    /// A frame after a byte for its length and a prefix of eight bytes.
    private static func frame(_ body: [UInt8]) -> Bool {
      guard body.count > 10 else { return false }
      let rawLength = Int(body[0]) << 4
      let prefix = body[1] & 1 == 1 ? Array(body[2..<10]) : []
      var output: [UInt8] = []
      do {
        try Decompressor().decompress(
          body.span.extracting(10...), prefix: prefix.span, rawLength: rawLength, into: &output)
      } catch {
        hold(output.isEmpty, "bytes of a damaged frame were handed out")
        return false
      }
      hold(output.count == rawLength, "a frame of the wrong length was taken")
      return true
    }

    private static func streamedFrame(_ body: [UInt8]) -> Bool {
      guard let first = body.first else { return false }
      let rawLength = Int(first) << 4
      var length = 0
      do {
        let stream = try StreamDecompressor(rawLength: rawLength, pieceBytes: 512)
        try Cuts.forEach(Array(body.dropFirst())) { piece in
          try stream.feed(piece) { length += $0.count }
        }
        try stream.finish()
      } catch {
        hold(length <= rawLength, "more bytes than were asked for")
        return false
      }
      hold(length == rawLength, "a frame of the wrong length was taken")
      return true
    }

    private static func varint(_ body: [UInt8]) -> Bool {
      var at = 0
      guard let value = Varint.read(body.span, &at) else { return false }
      var written: [UInt8] = []
      Varint.append(value, to: &written)
      hold(written.count == Varint.size(value) && written.count <= at, "a number of the wrong length")
      hold(Varint.signed(value) < 0 ? value & 1 == 1 : value & 1 == 0, "a number of the wrong sign")
      var again = 0
      hold(Varint.read(written.span, &again) == value, "a number does not come back")
      return true
    }
  }

#endif
