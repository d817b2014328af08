import WheelModel

/// A failure's record.
enum FailureRecord {
  private enum Tag {
    static let product: UInt8 = 1
    static let repository: UInt8 = 2
    static let tag: UInt8 = 3
    static let asset: UInt8 = 4
    static let code: UInt8 = 5
    static let message: UInt8 = 6
    static let isPermanent: UInt8 = 7
    static let firstAt: UInt8 = 8
    static let lastAt: UInt8 = 9
    static let attempts: UInt8 = 10
    static let nextDue: UInt8 = 11
    static let link: UInt8 = 12
  }

  static func writer(_ failure: Failure) -> RecordWriter {
    var record = RecordWriter(capacity: 256)
    record.append(Tag.product, failure.repository.product)
    record.append(Tag.repository, failure.repository.repository)
    record.append(Tag.tag, failure.tag)
    record.append(Tag.asset, failure.asset)
    record.append(Tag.code, failure.code.rawValue)
    record.append(Tag.message, failure.message)
    record.append(Tag.isPermanent, failure.isPermanent ? 1 : 0)
    record.append(Tag.firstAt, failure.firstAt)
    record.append(Tag.lastAt, failure.lastAt)
    record.append(Tag.attempts, UInt64(clamping: failure.attempts))
    record.append(Tag.nextDue, failure.nextDue)
    record.append(Tag.link, failure.link)
    return record
  }

  static func read(_ record: Record) -> Failure? {
    guard let product = record.text(Tag.product), let repository = record.text(Tag.repository),
      let code = record.string(Tag.code), let firstAt = record.timestamp(Tag.firstAt),
      let lastAt = record.timestamp(Tag.lastAt)
    else { return nil }
    return Failure(
      repository: RepositoryKey(product: product, repository: repository), tag: record.text(Tag.tag),
      asset: record.text(Tag.asset), code: FailureCode(rawValue: code), message: record.string(Tag.message) ?? "",
      isPermanent: record.uint(Tag.isPermanent) == 1, firstAt: firstAt, lastAt: lastAt,
      attempts: Int(clamping: record.uint(Tag.attempts) ?? 0), nextDue: record.timestamp(Tag.nextDue),
      link: record.digest(Tag.link))
  }
}
