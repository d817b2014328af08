import WheelModel

/// A drop's record: who names it, from which its public fields follow.
struct DropRecord: Equatable {
  /// One artifact that names the drop; artifacts of several repositories of a product may.
  struct Owner: Equatable {
    var repository: Text
    var createdAt: Timestamp
    var series: Text?
  }

  private enum Tag {
    static let product: UInt8 = 1
    static let key: UInt8 = 2
    static let name: UInt8 = 3
    /// Repeated: repository, time and series as fields 1, 2, 3 of their own.
    static let owner: UInt8 = 4
  }

  var product: Text
  var key: Text
  var name: Text
  /// In the order of the repositories' keys.
  var owners: [Owner]

  init(product: Text, key: Text, name: Text, owners: [Owner] = []) {
    self.product = product
    self.key = key
    self.name = name
    self.owners = owners
  }

  /// The public form; nil when nobody names it.
  var drop: Drop? {
    guard let first = owners.min(by: { $0.createdAt < $1.createdAt }) else { return nil }
    return Drop(product: product, key: key, name: name, productVersion: first.series, createdAt: first.createdAt)
  }

  /// When the earliest owner was made, the first of those of one time, and where its series is in the record's bytes.
  static func earliestOwner(_ record: Record) -> (createdAt: Timestamp, series: Range<Int>?)? {
    var earliest: (createdAt: Timestamp, series: Range<Int>?)?
    record.forEachRange(Tag.owner) { owner in
      var createdAt: Timestamp?
      var series: Range<Int>?
      Record.forEachField(record.bytes.span, in: owner) { tag, range in
        if tag == 2, createdAt == nil {
          var at = range.lowerBound
          createdAt = Varint.read(record.bytes.span, &at).map { Timestamp(milliseconds: Varint.signed($0)) }
        }
        if tag == 3, series == nil { series = range }
      }
      if let createdAt, earliest.map({ createdAt < $0.createdAt }) ?? true { earliest = (createdAt, series) }
    }
    return earliest
  }

  mutating func add(_ owner: Owner) {
    remove(owner.repository)
    owners.append(owner)
    owners.sort { $0.repository < $1.repository }
  }

  mutating func remove(_ repository: Text) { owners.removeAll { $0.repository == repository } }

  var writer: RecordWriter {
    var record = RecordWriter(capacity: 160)
    record.append(Tag.product, product)
    record.append(Tag.key, key)
    record.append(Tag.name, name)
    for owner in owners {
      var inner = RecordWriter()
      inner.append(1, owner.repository)
      inner.append(2, owner.createdAt)
      inner.append(3, owner.series)
      record.append(Tag.owner, inner.body)
    }
    return record
  }

  init?(_ record: Record) {
    guard let product = record.text(Tag.product), let key = record.text(Tag.key), let name = record.text(Tag.name)
    else { return nil }
    self.init(product: product, key: key, name: name)
    record.forEach(Tag.owner) { value in
      guard let inner = Record(value), let repository = inner.text(1), let at = inner.timestamp(2) else { return }
      owners.append(Owner(repository: repository, createdAt: at, series: inner.text(3)))
    }
  }
}
