import Digest
import WheelModel

extension LogEntry {
  private enum Tag {
    static let operation: UInt8 = 1
    static let product: UInt8 = 2
    static let repository: UInt8 = 3
    static let tag: UInt8 = 4
    static let chain: UInt8 = 5
    static let recordHash: UInt8 = 6
    static let at: UInt8 = 7
  }

  var writer: RecordWriter {
    var record = RecordWriter(capacity: 192)
    record.append(Tag.operation, UInt64(operation.rawValue))
    record.append(Tag.product, release.repository.product)
    record.append(Tag.repository, release.repository.repository)
    record.append(Tag.tag, release.tag)
    record.append(Tag.chain, chain)
    record.append(Tag.recordHash, recordHash)
    record.append(Tag.at, at)
    return record
  }

  init?(_ record: Record, sequence: UInt64) {
    guard let operation = record.uint(Tag.operation).flatMap(UInt8.init(exactly:)),
      let product = record.text(Tag.product), let repository = record.text(Tag.repository),
      let tag = record.text(Tag.tag), let chain = record.digest(Tag.chain),
      let recordHash = record.digest(Tag.recordHash), let at = record.timestamp(Tag.at)
    else { return nil }
    self.init(
      sequence: sequence, operation: LogOperation(rawValue: operation),
      release: ReleaseKey(RepositoryKey(product: product, repository: repository), tag: tag), chain: chain,
      recordHash: recordHash, at: at)
  }
}
