import SpoolStore
import WheelModel

/// Writes one list: pages through the store, leaves out, orders, cuts off.
///
/// Rows are written to memory while a snapshot is held and handed on between snapshots, so that a slow reader of the
/// output never holds back the store's pages. A list that needs a second snapshot shows no release that changed in
/// between: one that is partly written ends the list with `InspectorError` (`.changed`).
struct ListRunner<Record> {
  /// Hands over the matching records of a snapshot in their natural order, from a place on, until its body returns false.
  typealias Walk = (borrowing Snapshot, inout WalkPlace, (Record) throws -> Bool) throws -> Void

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

  /// Writes the list, all of it out of one snapshot.
  func run(_ walk: @escaping (borrowing Snapshot, (Record) throws -> Bool) throws -> Void) throws {
    try run(paging: nil) { snapshot, _, body in try walk(snapshot, body) }
  }

  /// Writes the list. With `paging`, which tells the release that a record belongs to, a long one takes several snapshots.
  func run(paging release: ((Record) -> ReleaseMark)?, _ walk: Walk) throws {
    rows.begin()
    if presentation.limit == 0 {
      rows.end()
      return try output.flush()
    }
    if let sort { try runSorted(sort, walk) } else { try runPaged(release, walk) }
    rows.end()
    try output.flush()
  }

  private func runPaged(_ release: ((Record) -> ReleaseMark)?, _ walk: Walk) throws {
    var watch = ChangeWatch()
    var left = presentation.offset
    var place = WalkPlace()
    var isDone = false
    while !isDone {
      isDone = true
      try store.read { snapshot in
        try watch.begin(snapshot)
        try walk(snapshot, &place) { record in
          let mark = release?(record)
          if let mark, watch.isChanged(mark) { return true }
          if left > 0 {
            left -= 1
            return true
          }
          rows.write(record)
          if let limit = presentation.limit, rows.count >= limit { return false }
          guard let mark else { return true }
          watch.noteWritten(mark)
          guard output.bytes.count >= pageBytes else { return true }
          isDone = false
          return false
        }
      }
      try output.flush()
    }
  }

  /// Keeps what can still be shown: with a limit that is a few rows, else all.
  private func runSorted(_ column: Column<Record>, _ walk: Walk) throws {
    let isDescending = presentation.sort?.isDescending ?? false
    let wanted = presentation.limit.map { Self.sum($0, presentation.offset) }
    // Ordering now and then instead of after each row: as many again are let in first.
    let room = wanted.map { Self.sum($0, Self.sum($0, 1024)) }
    var cells = CellWriter(Presentation(exactSizes: true, raw: true))
    var kept: [(key: SortKey, record: Record)] = []
    func order() { kept.sort { isDescending ? $1.key < $0.key : $0.key < $1.key } }
    var place = WalkPlace()
    try store.read { snapshot in
      try walk(snapshot, &place) { record in
        cells.bytes.removeAll(keepingCapacity: true)
        column.write(record, &cells)
        kept.append((SortKey(cells.bytes, column), record))
        if let wanted, let room, kept.count >= room {
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

  /// Adds numbers of rows, which the user may choose as large as they come.
  private static func sum(_ a: Int, _ b: Int) -> Int {
    let (sum, isTooLarge) = a.addingReportingOverflow(b)
    return isTooLarge ? .max : sum
  }
}

/// A value to order by: numbers by size, versions by PEP 440 and the newest first where there are several, texts by bytes,
/// what is absent before all; equal ones stay as they came.
private struct SortKey: Comparable {
  private let number: Int64
  private let versions: [Version]
  private let text: [UInt8]

  init<Record>(_ cell: [UInt8], _ column: Column<Record>) {
    let isAbsent = cell == [UInt8(ascii: "-")]
    number = column.isNumber && !isAbsent ? Int64(String(decoding: cell, as: UTF8.self)) ?? .max : .min
    if column.isVersion, !isAbsent {
      versions = cell.split(separator: UInt8(ascii: " ")).map { Version(Text(decoding: $0)) }.sorted { $1 < $0 }
    } else {
      versions = []
    }
    text = column.isNumber || column.isVersion || isAbsent ? [] : cell
  }

  static func < (a: Self, b: Self) -> Bool {
    if a.number != b.number { return a.number < b.number }
    if a.versions != b.versions { return a.versions.lexicographicallyPrecedes(b.versions) }
    return a.text.lexicographicallyPrecedes(b.text)
  }
}
