import WheelModel

extension RunRecord {
  private enum Tag {
    static let id: UInt8 = 1
    static let startedAt: UInt8 = 2
    static let endedAt: UInt8 = 3
    static let outcome: UInt8 = 4
    static let pid: UInt8 = 5
    static let sequence: UInt8 = 6
    static let isPart: UInt8 = 7
    /// 8 + 0…8, in the order of `paths`.
    static let counts: UInt8 = 8
  }

  /// The counts in the order of their tags: add at the end only.
  private static var paths: [WritableKeyPath<Counts, UInt64>] {
    [
      \.listed, \.committed, \.unchanged, \.withdrawn, \.artifacts, \.failures, \.requests, \.downloadedBytes,
      \.storedBytes,
    ]
  }

  var writer: RecordWriter {
    var record = RecordWriter(capacity: 128)
    record.append(Tag.id, id)
    record.append(Tag.startedAt, startedAt)
    record.append(Tag.endedAt, endedAt)
    record.append(Tag.outcome, outcome)
    record.append(Tag.pid, signed: Int64(pid))
    record.append(Tag.sequence, sequence)
    if isPart { record.append(Tag.isPart, 1) }
    for (index, path) in Self.paths.enumerated() { record.append(Tag.counts + UInt8(index), counts[keyPath: path]) }
    return record
  }

  init?(_ record: Record) {
    guard let id = record.uint(Tag.id), let startedAt = record.timestamp(Tag.startedAt) else { return nil }
    var counts = Counts()
    for (index, path) in Self.paths.enumerated() {
      counts[keyPath: path] = record.uint(Tag.counts + UInt8(index)) ?? 0
    }
    self.init(
      id: id, startedAt: startedAt, endedAt: record.timestamp(Tag.endedAt), outcome: record.string(Tag.outcome) ?? "",
      pid: Int32(truncatingIfNeeded: record.int(Tag.pid) ?? 0), counts: counts,
      sequence: record.uint(Tag.sequence) ?? 0)
    isPart = record.uint(Tag.isPart) == 1
  }
}
