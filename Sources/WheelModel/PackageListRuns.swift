import JSONScan

/// Packed rows in the order of their arrival, with what is needed to sort them.
struct UnsortedRows {
  private struct Row {
    /// The name's first eight bytes, the first the most significant: decides most comparisons.
    let prefix: UInt64
    let start: UInt32
  }

  private(set) var bytes: [UInt8] = []
  private var rows: [Row] = []

  /// Adds a row, its name in lower case (ASCII).
  mutating func append(name: Span<UInt8>, version: Span<UInt8>) {
    let start = UInt32(bytes.count)
    appendVarint(name.count)
    var prefix: UInt64 = 0
    for index in name.indices {
      let byte = name[index]
      let lower = byte &- 0x41 < 26 ? byte + 32 : byte
      bytes.append(lower)
      if index < 8 { prefix |= UInt64(lower) << (56 - 8 * UInt64(index)) }
    }
    appendVarint(version.count)
    bytes.append(copying: version)
    rows.append(Row(prefix: prefix, start: start))
  }

  private mutating func appendVarint(_ value: Int) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(rest & 0x7f) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  /// Returns the rows sorted, each once, and forgets them.
  mutating func takeSorted() -> SortedRun {
    Self.sort(&rows, bytes)
    let run = Self.unique(rows, bytes.span)
    rows.removeAll(keepingCapacity: true)
    bytes.removeAll(keepingCapacity: true)
    return run
  }

  private static func sort(_ rows: inout [Row], _ packed: [UInt8]) {
    let bytes = packed.span
    rows.sort { a, b in a.prefix == b.prefix ? precedes(bytes, a.start, b.start) : a.prefix < b.prefix }
  }

  private static func unique(_ rows: [Row], _ bytes: Span<UInt8>) -> SortedRun {
    var run = SortedRun()
    var last: PackageRow?
    for row in rows {
      guard let next = PackageRow(bytes, at: Int(row.start)) else { continue }
      if let last, PackageRow.order(bytes, last, bytes, next) == 0 { continue }
      run.append(bytes.extracting(next.packed), expecting: bytes.count)
      last = next
    }
    return run
  }

  private static func precedes(_ span: Span<UInt8>, _ a: UInt32, _ b: UInt32) -> Bool {
    guard let first = PackageRow(span, at: Int(a)), let second = PackageRow(span, at: Int(b)) else { return false }
    return PackageRow.order(span, first, span, second) < 0
  }
}

/// Packed rows in order, in blocks that can be given free one by one.
struct SortedRun {
  static let blockBytes = 128 << 10

  private(set) var blocks: [[UInt8]] = []
  private(set) var rows = 0
  private(set) var size = 0

  /// Adds a packed row that comes after all before; about `expecting` bytes will come in all.
  mutating func append(_ row: Span<UInt8>, expecting: Int) {
    if blocks.isEmpty || blocks[blocks.count - 1].count + row.count > Self.blockBytes {
      blocks.append([])
      blocks[blocks.count - 1].reserveCapacity(min(expecting, Self.blockBytes))
    }
    blocks[blocks.count - 1].append(copying: row)
    rows += 1
    size += row.count
  }

  /// Returns all rows in one array.
  func joined() -> [UInt8] { blocks.count == 1 ? blocks[0] : Array(blocks.joined()) }
}

/// Walks several sorted runs as one, each row once; what was walked is free.
struct RunMerge {
  private struct Cursor {
    /// The blocks still to come, the next one last.
    var blocks: [[UInt8]]
    var block: [UInt8]
    var row: PackageRow

    init?(_ run: SortedRun) {
      blocks = run.blocks.reversed()
      guard let first = blocks.popLast(), let row = PackageRow(first.span, at: 0) else { return nil }
      (block, self.row) = (first, row)
    }

    /// Moves on; false at the end.
    mutating func advance() -> Bool {
      if let next = PackageRow(block.span, at: row.packed.upperBound) {
        row = next
        return true
      }
      guard let block = blocks.popLast(), let next = PackageRow(block.span, at: 0) else { return false }
      self.block = block
      row = next
      return true
    }
  }

  /// A binary heap, the least row first.
  private var heap: [Cursor] = []
  private var last: [UInt8] = []

  init(_ runs: consuming [SortedRun]) {
    heap = runs.compactMap { Cursor($0) }
    for index in heap.indices.reversed() { sink(index) }
  }

  /// Returns the next row, packed, or nil at the end.
  mutating func next() -> [UInt8]? {
    while !heap.isEmpty {
      let row = Array(heap[0].block[heap[0].row.packed])
      if !heap[0].advance() {
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
      }
      sink(0)
      if row != last {
        last = row
        return row
      }
    }
    return nil
  }

  private mutating func sink(_ start: Int) {
    var parent = start
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && precedes(child, least) { least = child }
      if least == parent { return }
      heap.swapAt(parent, least)
      parent = least
    }
  }

  private func precedes(_ a: Int, _ b: Int) -> Bool { Self.order(heap[a], heap[b]) < 0 }

  private static func order(_ a: borrowing Cursor, _ b: borrowing Cursor) -> Int {
    PackageRow.order(a.block.span, a.row, b.block.span, b.row)
  }
}
