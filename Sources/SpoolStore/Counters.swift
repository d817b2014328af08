import Digest

/// The store's running numbers, one record, rewritten by every commit.
struct Counters: Equatable {
  private enum Tag {
    static let sequence: UInt8 = 1
    static let nextDocument: UInt8 = 2
    static let nextLineage: UInt8 = 3
    static let nextRun: UInt8 = 4
    static let rawBytes: UInt8 = 5
    static let storedBytes: UInt8 = 6
    static let chain: UInt8 = 7
    static let finishedDocuments: UInt8 = 8
    /// 12 + 0…14: the records of each database, in the order of `Tables.names`.
    static let records: UInt8 = 12
  }

  static let key = Array("counters".utf8)

  /// The last change.
  var sequence: UInt64 = 0
  /// The chain after it.
  var chain: SHA256Digest
  var nextDocument: UInt64 = 1
  var nextLineage: UInt32 = 1
  var nextRun: UInt64 = 1
  /// Documents with a header, whatever their form.
  var finishedDocuments: UInt64 = 0
  /// Raw bytes of all finished documents.
  var rawBytes: UInt64 = 0
  /// What they take, headers included.
  var storedBytes: UInt64 = 0
  /// Records of each database, in the order of `Tables.names`.
  var records: [UInt64]

  init(chain: SHA256Digest) {
    self.chain = chain
    records = [UInt64](repeating: 0, count: Tables.names.count)
  }

  var writer: RecordWriter {
    var record = RecordWriter(capacity: 160)
    record.append(Tag.sequence, sequence)
    record.append(Tag.nextDocument, nextDocument)
    record.append(Tag.nextLineage, UInt64(nextLineage))
    record.append(Tag.nextRun, nextRun)
    record.append(Tag.rawBytes, rawBytes)
    record.append(Tag.storedBytes, storedBytes)
    record.append(Tag.chain, chain)
    record.append(Tag.finishedDocuments, finishedDocuments)
    for (index, count) in records.enumerated() { record.append(Tag.records + UInt8(index), count) }
    return record
  }

  init?(_ record: Record) {
    guard let sequence = record.uint(Tag.sequence), let nextDocument = record.uint(Tag.nextDocument),
      let nextLineage = record.uint(Tag.nextLineage).flatMap(UInt32.init(exactly:)),
      let nextRun = record.uint(Tag.nextRun), let chain = record.digest(Tag.chain)
    else { return nil }
    self.init(chain: chain)
    self.sequence = sequence
    self.nextDocument = nextDocument
    self.nextLineage = nextLineage
    self.nextRun = nextRun
    finishedDocuments = record.uint(Tag.finishedDocuments) ?? 0
    rawBytes = record.uint(Tag.rawBytes) ?? 0
    storedBytes = record.uint(Tag.storedBytes) ?? 0
    for index in records.indices { records[index] = record.uint(Tag.records + UInt8(index)) ?? 0 }
  }
}
