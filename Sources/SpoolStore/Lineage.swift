import WheelModel

/// The successive artifacts of one (product, repository, variant, architecture): what each is encoded against.
struct Lineage: Equatable {
  /// The newest document of one slot, and how far its chain has come.
  struct Tip: Equatable {
    /// The document's id, never an alias; 0 before the first.
    var document: UInt64 = 0
    /// How many values have been put since the last keyframe, it included.
    var run: UInt64 = 0
  }

  private enum Tag {
    static let product: UInt8 = 1
    static let repository: UInt8 = 2
    static let variant: UInt8 = 3
    static let arch: UInt8 = 4
    static let number: UInt8 = 5
    static let nextPosition: UInt8 = 6
    /// 8 + 1…4, by slot: varints of document and run.
    static let tips: UInt8 = 8
  }

  var repository: RepositoryKey
  var variant: Text
  var arch: Text
  var number: UInt32
  var nextPosition: UInt32 = 0
  var tips: [Tip] = Array(repeating: Tip(), count: DocumentSlot.allCases.count)

  var key: [UInt8] { StoreKey.lineage(repository, variant: variant, arch: arch) }

  subscript(slot: DocumentSlot) -> Tip {
    get { tips[Int(slot.rawValue) - 1] }
    set { tips[Int(slot.rawValue) - 1] = newValue }
  }

  init(repository: RepositoryKey, variant: Text, arch: Text, number: UInt32) {
    self.repository = repository
    self.variant = variant
    self.arch = arch
    self.number = number
  }

  var writer: RecordWriter {
    var record = RecordWriter(capacity: 128)
    appendNames(to: &record)
    record.append(Tag.number, UInt64(number))
    record.append(Tag.nextPosition, UInt64(nextPosition))
    for slot in DocumentSlot.allCases {
      var packed: [UInt8] = []
      Varint.append(self[slot].document, to: &packed)
      Varint.append(self[slot].run, to: &packed)
      record.append(Tag.tips + slot.rawValue, packed)
    }
    return record
  }

  /// The record at the head of the members, by which a number is turned into names.
  var headWriter: RecordWriter {
    var record = RecordWriter(capacity: 96)
    appendNames(to: &record)
    return record
  }

  private func appendNames(to record: inout RecordWriter) {
    record.append(Tag.product, repository.product)
    record.append(Tag.repository, repository.repository)
    record.append(Tag.variant, variant)
    record.append(Tag.arch, arch)
  }

  /// Reads a record, or with `number` a head.
  init?(_ record: Record, number: UInt32? = nil) {
    guard let product = record.text(Tag.product), let repository = record.text(Tag.repository),
      let variant = record.text(Tag.variant), let arch = record.text(Tag.arch),
      let number = number ?? record.uint(Tag.number).flatMap(UInt32.init(exactly:))
    else { return nil }
    self.init(
      repository: RepositoryKey(product: product, repository: repository), variant: variant, arch: arch, number: number)
    nextPosition = UInt32(truncatingIfNeeded: record.uint(Tag.nextPosition) ?? 0)
    for slot in DocumentSlot.allCases {
      record.withBytes(Tag.tips + slot.rawValue) { packed in
        var at = 0
        self[slot].document = Varint.read(packed, &at) ?? 0
        self[slot].run = Varint.read(packed, &at) ?? 0
      }
    }
  }
}

/// One artifact's place in its lineage.
struct LineageMember: Equatable {
  private enum Tag {
    static let key: UInt8 = 1
    static let tag: UInt8 = 2
    static let createdAt: UInt8 = 3
  }

  var key: Text
  var tag: Text
  var createdAt: Timestamp

  init(key: Text, tag: Text, createdAt: Timestamp) {
    self.key = key
    self.tag = tag
    self.createdAt = createdAt
  }

  var writer: RecordWriter {
    var record = RecordWriter(capacity: 96)
    record.append(Tag.key, key)
    record.append(Tag.tag, tag)
    record.append(Tag.createdAt, createdAt)
    return record
  }

  init?(_ record: Record) {
    guard let key = record.text(Tag.key), let tag = record.text(Tag.tag), let at = record.timestamp(Tag.createdAt)
    else { return nil }
    self.init(key: key, tag: tag, createdAt: at)
  }
}
