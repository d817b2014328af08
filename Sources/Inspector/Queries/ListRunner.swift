import SpoolStore
import WheelModel

/// Writes one list: pages through the store, leaves out, orders, cuts off.
///
/// Rows are written to memory while a snapshot is held and handed on between snapshots, so that a slow reader of the
/// output never holds back the store's pages. A list that needs a second snapshot shows no release that changed in
/// between: one that is partly written ends the list with `InspectorError` (`.changed`).
struct ListRunner<Record> {
  /// How a list goes on where the last page ended.
  struct Paging {
    /// Whether a record comes after another one.
    let isAfter: (Record, Record) -> Bool
    /// The release a record belongs to.
    let release: (Record) -> ReleaseKey
  }

  /// Bytes of output that come together before the snapshot is given up.
  private let pageBytes: Int
  private let store: Store
  private let presentation: Presentation
  private let output: BufferedOutput
  private let rows: RowWriter<Record>
  private let sort: Column<Record>?
  /// The columns that are shown.
  let columns: [Column<Record>]

  /// Throws `InspectorError` (`.unknownColumn`).
  init(
    _ store: Store, all: [Column<Record>], _ presentation: Presentation, _ output: BufferedOutput,
    pageBytes: Int = 4 << 20
  ) throws(InspectorError) {
    self.store = store
    self.presentation = presentation
    self.output = output
    self.pageBytes = pageBytes
    columns = try Column.chosen(from: all, for: presentation)
    if let order = presentation.sort { sort = try Column.find(order.column, in: all) } else { sort = nil }
    rows = RowWriter(columns: columns, presentation: presentation, output: output)
  }

  /// Writes the list.
  ///
  /// `walk` hands over the matching records of a snapshot in their natural order until its body returns false.
  func run(
    paging: Paging? = nil, _ walk: (borrowing Snapshot, (Record) throws -> Bool) throws -> Void
  ) throws {
    rows.begin()
    if presentation.limit == 0 {
      rows.end()
      return try output.flush()
    }
    if let sort { try runSorted(sort, walk) } else { try runPaged(paging, walk) }
    rows.end()
    try output.flush()
  }

  private func runPaged(
    _ paging: Paging?, _ walk: (borrowing Snapshot, (Record) throws -> Bool) throws -> Void
  ) throws {
    var watch = ChangeWatch()
    var left = presentation.offset
    var last: Record?
    var isDone = false
    while !isDone {
      isDone = true
      let previous = last
      try store.read { snapshot in
        try watch.begin(snapshot)
        try walk(snapshot) { record in
          if let paging {
            if let previous, !paging.isAfter(record, previous) { return true }
            if watch.hasChanges, watch.isChanged(paging.release(record)) { return true }
          }
          if left > 0 {
            left -= 1
            return true
          }
          rows.write(record)
          if let limit = presentation.limit, rows.count >= limit { return false }
          guard paging != nil, output.bytes.count >= pageBytes else { return true }
          last = record
          isDone = false
          return false
        }
        guard !isDone, let last, let paging else { return }
        try walk(snapshot) { record in
          if paging.isAfter(record, last) { return false }
          if previous.map({ paging.isAfter(record, $0) }) ?? true { watch.noteWritten(paging.release(record)) }
          return true
        }
      }
      try output.flush()
    }
  }

  /// Keeps what can still be shown: with a limit that is a few rows, else all.
  private func runSorted(
    _ column: Column<Record>, _ walk: (borrowing Snapshot, (Record) throws -> Bool) throws -> Void
  ) throws {
    let isDescending = presentation.sort?.isDescending ?? false
    let wanted = presentation.limit.map { $0 + presentation.offset }
    var cells = CellWriter(Presentation(exactSizes: true, raw: true))
    var kept: [(key: SortKey, record: Record)] = []
    func order() { kept.sort { isDescending ? $1.key < $0.key : $0.key < $1.key } }
    try store.read { snapshot in
      try walk(snapshot) { record in
        cells.bytes.removeAll(keepingCapacity: true)
        column.write(record, &cells)
        kept.append((SortKey(cells.bytes, isNumber: column.isNumber, place: kept.count), record))
        if let wanted, kept.count >= 2 * wanted + 1024 {
          order()
          kept.removeLast(kept.count - wanted)
        }
        return true
      }
    }
    order()
    for (_, record) in kept.dropFirst(presentation.offset).prefix(presentation.limit ?? .max) {
      rows.write(record)
      try output.flushIfFull()
    }
  }
}

/// A value to order by: numbers by size, texts by bytes, what is absent first, equal ones as they came.
private struct SortKey: Comparable {
  private let number: Int64
  private let text: [UInt8]

  init(_ cell: [UInt8], isNumber: Bool, place: Int) {
    let isAbsent = cell == [UInt8(ascii: "-")]
    number = isNumber && !isAbsent ? Int64(String(decoding: cell, as: UTF8.self)) ?? .max : .min
    text = isNumber || isAbsent ? [] : cell
  }

  static func < (a: Self, b: Self) -> Bool {
    a.number == b.number ? a.text.lexicographicallyPrecedes(b.text) : a.number < b.number
  }
}

/// Remembers which releases a list has shown, and which changed since it began.
struct ChangeWatch {
  private var sequence: UInt64?
  private var written: Set<Int> = []
  private var changed: Set<Int> = []

  var hasChanges: Bool { !changed.isEmpty }

  /// Looks at the log's entries since the last snapshot.
  ///
  /// Throws `InspectorError` (`.changed`) when one is of a release that has been shown.
  mutating func begin(_ snapshot: borrowing Snapshot) throws {
    let now = try snapshot.sequence
    defer { sequence = now }
    guard var seen = sequence else { return }
    while seen < now {
      let entries = try snapshot.log(after: seen, limit: 1024)
      guard let last = entries.last else { return }
      for entry in entries {
        let hash = entry.release.hashValue
        changed.insert(hash)
        guard written.contains(hash) else { continue }
        throw InspectorError(
          .changed, "release \(SafeText.escape(entry.release.tag))",
          cause: "it was replaced while the list was being written", hint: "run the command again")
      }
      seen = last.sequence
    }
  }

  mutating func noteWritten(_ release: ReleaseKey) { written.insert(release.hashValue) }

  func isChanged(_ release: ReleaseKey) -> Bool { changed.contains(release.hashValue) }
}
