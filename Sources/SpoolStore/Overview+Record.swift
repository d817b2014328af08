import WheelModel

extension Overview.Repository {
  private enum Tag {
    static let product: UInt8 = 1
    static let repository: UInt8 = 2
    static let releases: UInt8 = 3
    static let withdrawn: UInt8 = 4
    static let incomplete: UInt8 = 5
    static let artifacts: UInt8 = 6
    static let sequence: UInt8 = 7
    static let changedAt: UInt8 = 8
  }

  var writer: RecordWriter {
    var record = RecordWriter(capacity: 96)
    record.append(Tag.product, key.product)
    record.append(Tag.repository, key.repository)
    record.append(Tag.releases, releases)
    record.append(Tag.withdrawn, withdrawn)
    record.append(Tag.incomplete, incomplete)
    record.append(Tag.artifacts, artifacts)
    record.append(Tag.sequence, sequence)
    record.append(Tag.changedAt, changedAt)
    return record
  }

  init?(_ record: Record) {
    guard let product = record.text(Tag.product), let repository = record.text(Tag.repository) else { return nil }
    self.init(
      key: RepositoryKey(product: product, repository: repository), releases: record.uint(Tag.releases) ?? 0,
      withdrawn: record.uint(Tag.withdrawn) ?? 0, incomplete: record.uint(Tag.incomplete) ?? 0,
      artifacts: record.uint(Tag.artifacts) ?? 0, sequence: record.uint(Tag.sequence) ?? 0,
      changedAt: record.timestamp(Tag.changedAt) ?? Timestamp(milliseconds: 0))
  }

  /// Adds one release's part, or with `sign` -1 takes it away.
  mutating func count(_ release: ReleaseRecord?, sign: Int64) {
    guard let release = release?.stored.release else { return }
    func add(_ value: Int, to count: inout UInt64) { count = UInt64(max(Int64(count) + sign * Int64(value), 0)) }
    add(1, to: &releases)
    add(release.withdrawnAt == nil ? 0 : 1, to: &withdrawn)
    add(release.complete ? 0 : 1, to: &incomplete)
    add(release.artifactKeys.count, to: &artifacts)
  }
}
