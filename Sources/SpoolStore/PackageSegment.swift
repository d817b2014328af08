import WheelModel

/// One run of changes of a package in a lineage: from which position on it is there, and at which versions.
struct PackageSegment: Equatable, Sendable {
  /// From `position` on the package has these versions, sorted by bytes; none when it is absent.
  struct Change: Equatable, Sendable {
    var position: UInt32
    var versions: [Text]
  }

  private enum Tag {
    static let changes: UInt8 = 1
    /// The name in full, where the key holds only its hash.
    static let name: UInt8 = 2
  }

  /// A segment that would grow beyond this many bytes of changes is left as it is; a new one begins.
  static let fullBytes = 1024

  /// The packed changes: position (the first as it is, then the distance), number of versions, each with its length.
  private(set) var packed: [UInt8] = []
  private(set) var lastPosition: UInt32?
  /// Set where the key does not hold the name.
  var fullName: Text?

  init(fullName: Text? = nil) { self.fullName = fullName }

  /// Appends a change, at a position after all others; returns false, changing nothing, when the segment is full.
  mutating func append(_ change: Change) -> Bool {
    var more: [UInt8] = []
    Varint.append(UInt64(change.position - (lastPosition ?? 0)), to: &more)
    Varint.append(UInt64(change.versions.count), to: &more)
    for version in change.versions {
      Varint.append(UInt64(version.utf8.count), to: &more)
      more += Array(version.utf8)
    }
    guard packed.isEmpty || packed.count + more.count <= Self.fullBytes else { return false }
    packed += more
    lastPosition = change.position
    return true
  }

  var writer: RecordWriter {
    var record = RecordWriter(capacity: packed.count + 8)
    record.append(Tag.changes, packed)
    record.append(Tag.name, fullName)
    return record
  }

  /// Reads a body; nil when it is none.
  init?(_ body: Span<UInt8>) {
    guard let record = Record(body) else { return nil }
    self.init(record)
  }

  init?(_ record: Record) {
    guard let packed = record.withBytes(Tag.changes, { $0.copied }) else { return nil }
    self.packed = packed
    fullName = record.text(Tag.name)
    var last: UInt32?
    guard Self.walk(packed.span, { position, _ in last = position }) else { return nil }
    lastPosition = last
  }

  var changes: [Change] {
    var changes: [Change] = []
    let packed = packed
    _ = Self.walk(packed.span) { position, texts in
      var versions: [Text] = []
      Self.forEachVersion(packed.span, in: texts) { versions.append(Text($0.string)) }
      changes.append(Change(position: position, versions: versions))
    }
    return changes
  }

  /// Calls `body` with each version of a change, whose place `walk` has told.
  static func forEachVersion(_ packed: Span<UInt8>, in range: Range<Int>, _ body: (Span<UInt8>) -> Void) {
    var at = range.lowerBound
    while at < range.upperBound, let length = Varint.read(packed, &at) {
      body(packed.extracting(at..<at + Int(length)))
      at += Int(length)
    }
  }

  /// Finds the packed changes and the full name, if there is one, in a body; nil when it is none.
  static func parts(_ body: Span<UInt8>) -> (changes: Range<Int>, fullName: Text?)? {
    var changes: Range<Int>?
    var fullName: Text?
    Record.forEachField(body, in: 0..<body.count) { tag, range in
      if tag == Tag.changes, changes == nil { changes = range }
      if tag == Tag.name, fullName == nil { fullName = Text(body.extracting(range).string) }
    }
    return changes.map { ($0, fullName) }
  }

  /// Calls `body` with each position and where its versions are; returns false for bytes that are no changes.
  static func walk(_ packed: Span<UInt8>, _ body: (UInt32, Range<Int>) -> Void) -> Bool {
    var at = 0
    var position: UInt64 = 0
    while at < packed.count {
      guard let distance = Varint.read(packed, &at), let count = Varint.read(packed, &at) else { return false }
      let (sum, overflow) = position.addingReportingOverflow(distance)
      guard !overflow, let place = UInt32(exactly: sum), count <= UInt64(packed.count - at) else { return false }
      position = sum
      let start = at
      for _ in 0..<count {
        guard let length = Varint.read(packed, &at), length <= UInt64(packed.count - at) else { return false }
        at += Int(length)
      }
      body(place, start..<at)
    }
    return true
  }
}
