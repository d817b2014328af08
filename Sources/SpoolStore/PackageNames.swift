import LMDB
public import WheelModel

/// The names of the packages of all artifacts, out of the package index, in little memory: successive artifacts of a
/// lineage nearly always have the same ones.
///
/// Reading them for every artifact from its own document would decode as many documents as there are artifacts.
public final class PackageNames: Sendable {
  /// Beyond so many bytes there is none: artifacts then have so little in common that their documents are read.
  public static let limit = 8 << 20

  /// What a lineage's artifacts have had, one set after another.
  fileprivate struct Sets {
    /// Where each set begins, in ascending order.
    var positions: [UInt32] = []
    /// How many rows the artifacts of each set have.
    var rows: [UInt32] = []
    /// All names that the lineage has ever had, in byte order.
    var names: [Int32] = []
    /// For each set a bit for each name.
    var bits: [UInt64] = []
    /// Where the lineage's sets begin among those of all.
    var first = 0

    var words: Int { (names.count + 63) / 64 }
  }

  private let names: [Text]
  private let sets: [UInt32: Sets]

  private init(names: [Text], sets: [UInt32: Sets]) {
    self.names = names
    self.sets = sets
  }

  /// The number of an artifact's set of names; equal numbers mean equal names.
  ///
  /// Throws `damaged` when the index and the artifact's record do not agree.
  public func set(of artifact: ArtifactView) throws(StoreError) -> Int {
    guard let sets = sets[artifact.lineage], let index = sets.index(at: artifact.position) else {
      if artifact.packageRows == 0 { return -1 }
      throw Self.disagreement(artifact)
    }
    guard UInt64(sets.rows[index]) == artifact.packageRows else { throw Self.disagreement(artifact) }
    return sets.first + index
  }

  /// Calls `body` with each name of a set, sorted by bytes.
  public func forEach(of artifact: ArtifactView, _ body: (Text) -> Void) {
    guard let sets = sets[artifact.lineage], let index = sets.index(at: artifact.position) else { return }
    for word in 0..<sets.words {
      var rest = sets.bits[index * sets.words + word]
      while rest != 0 {
        body(names[Int(sets.names[word * 64 + rest.trailingZeroBitCount])])
        rest &= rest - 1
      }
    }
  }

  private static func disagreement(_ artifact: ArtifactView) -> StoreError {
    let key = StoreKey.artifact(artifact.id)
    return .damaged("packages", key.span, "the index does not have the artifact's packages")
  }
}

extension PackageNames.Sets {
  /// Finds the set at a position; nil before the first.
  fileprivate func index(at position: UInt32) -> Int? {
    var (low, high) = (0, positions.count)
    while low < high {
      let middle = (low + high) / 2
      if positions[middle] <= position { low = middle + 1 } else { high = middle }
    }
    return low == 0 ? nil : low - 1
  }
}

extension Snapshot {
  /// Reads the names of all artifacts' packages; nil when they would take more than `PackageNames.limit`.
  public func packageNames() throws -> PackageNames? { try PackageNames(self) }
}

extension PackageNames {
  /// From a position on, so many rows of a name.
  fileprivate struct Event {
    let position: UInt32
    let name: Int32
    let rows: UInt32
  }

  fileprivate convenience init?(_ snapshot: borrowing Snapshot) throws {
    var names: [Text] = []
    var sets: [UInt32: Sets] = [:]
    var events: [UInt32: [Event]] = [:]
    var room = Self.limit
    try snapshot.forEachIndexEntry(looksUpMembers: false) { entry in
      // Names that their keys do not hold in full come in another order.
      guard StoreKey.holdsName(entry.name) else {
        room = -1
        return false
      }
      if names.last != entry.name { names.append(entry.name) }
      let local = Int32(sets[entry.lineage]?.names.count ?? 0)
      sets[entry.lineage, default: Sets()].names.append(Int32(names.count - 1))
      var rows: UInt32 = 0
      for index in entry.places.indices {
        var count: UInt32 = 0
        PackageSegment.forEachVersion(entry.packed.span, in: entry.places[index].versions) { _ in count += 1 }
        guard count != rows else { continue }
        rows = count
        events[entry.lineage, default: []].append(
          Event(position: entry.places[index].position, name: local, rows: count))
        room -= MemoryLayout<Event>.stride
      }
      return room >= 0
    }
    guard room >= 0 else { return nil }
    var first = 0
    for lineage in events.keys.sorted() {
      guard var own = sets[lineage], let changes = events.removeValue(forKey: lineage) else { continue }
      own.first = first
      let ordered = changes.sorted { ($0.position, $0.name) < ($1.position, $1.name) }
      guard own.apply(ordered, room: &room) else { return nil }
      first += own.positions.count
      sets[lineage] = own
    }
    self.init(names: names, sets: sets)
  }
}

extension PackageNames.Sets {
  /// Makes the sets out of events in the order of their positions; returns false when there is no room.
  fileprivate mutating func apply(_ events: [PackageNames.Event], room: inout Int) -> Bool {
    var counts = [UInt32](repeating: 0, count: names.count)
    var present = [UInt64](repeating: 0, count: words)
    var total: UInt32 = 0
    for (index, event) in events.enumerated() {
      let name = Int(event.name)
      total = total &- counts[name] &+ event.rows
      counts[name] = event.rows
      let bit = UInt64(1) << UInt64(name & 63)
      if event.rows == 0 { present[name >> 6] &= ~bit } else { present[name >> 6] |= bit }
      if index + 1 < events.count, events[index + 1].position == event.position { continue }
      room -= 8 * words + 8
      guard room >= 0 else { return false }
      positions.append(event.position)
      rows.append(total)
      bits += present
    }
    return true
  }
}
