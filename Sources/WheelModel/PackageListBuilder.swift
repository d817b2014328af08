import CPosix
import JSONScan

/// The bounds on the package rows of one artifact.
public struct PackageListLimits: Equatable, Sendable {
  /// The most rows, each counted once.
  public var rows = 2_000_000
  /// The most bytes of the packed list.
  public var bytes = 64 << 20
  /// The most bytes of one name or one version.
  public var textBytes = 512

  /// Makes limits with their defaults.
  public init() {}
}

/// Collects package rows in any order and packs them: sorted, each once, names in lower case.
///
/// Holds about as many bytes as the list it makes: rows are sorted in runs of a mebibyte, which `finish` merges while it
/// gives them free.
public struct PackageListBuilder {
  /// The most bytes of rows that are collected before they are sorted.
  static let runBytes = 1 << 20

  private let limits: PackageListLimits
  private var unsorted = UnsortedRows()
  private var runs: [SortedRun] = []
  /// The rows and bytes in `runs`, where two runs may hold the same row.
  private var runRows = 0
  private var runSize = 0

  /// Starts an empty list.
  public init(limits: PackageListLimits = PackageListLimits()) { self.limits = limits }

  /// Adds a row; one without a name is left out.
  ///
  /// Throws `E_BAD_NAME` for a name or version over its limit and `E_LIMIT` for too many rows or bytes.
  public mutating func add(name: Span<UInt8>, version: Span<UInt8>) throws(ContentError) {
    guard name.count > 0 else { return }
    guard name.count <= limits.textBytes, version.count <= limits.textBytes else {
      throw ContentError(.badName, "a package name or version of more than \(limits.textBytes) bytes")
    }
    unsorted.append(name: name, version: version)
    if unsorted.bytes.count >= Self.runBytes { try endRun() }
  }

  /// Packs the rows and starts anew. Throws `E_LIMIT` for too many rows or bytes.
  public mutating func finish() throws(ContentError) -> PackageList {
    if runs.isEmpty {
      let run = unsorted.takeSorted()
      try check(rows: run.rows, bytes: run.size)
      return PackageList(bytes: run.joined(), count: run.rows)
    }
    try endRun()
    let size = runSize
    var merge = takeRuns()
    var bytes: [UInt8] = []
    bytes.reserveCapacity(min(size, limits.bytes))
    var rows = 0
    var trimmedAt = 0
    while let next = merge.next() {
      rows += 1
      try check(rows: rows, bytes: bytes.count + next.count)
      bytes.append(copying: next.span)
      if bytes.count - trimmedAt >= Self.runBytes {
        // The blocks that were walked are free, but the allocator would keep them.
        wheelspool_trim_heap()
        trimmedAt = bytes.count
      }
    }
    return PackageList(bytes: bytes, count: rows)
  }

  private mutating func endRun() throws(ContentError) {
    let run = unsorted.takeSorted()
    runs.append(run)
    runRows += run.rows
    runSize += run.size
    // The same row may be in several runs: only merging tells how many there are. A quarter of slack bounds how often.
    guard runRows > limits.rows + limits.rows / 4 || runSize > limits.bytes + limits.bytes / 4 else { return }
    var merge = takeRuns()
    var merged = SortedRun()
    while let next = merge.next() { merged.append(next.span, expecting: SortedRun.blockBytes) }
    try check(rows: merged.rows, bytes: merged.size)
    runs = [merged]
    (runRows, runSize) = (merged.rows, merged.size)
  }

  /// Hands over the runs, so that the merge alone holds them.
  private mutating func takeRuns() -> RunMerge {
    defer { (runs, runRows, runSize) = ([], 0, 0) }
    return RunMerge(runs)
  }

  private func check(rows: Int, bytes: Int) throws(ContentError) {
    guard rows <= limits.rows else { throw ContentError(.limit, "more than \(limits.rows) package rows") }
    guard bytes <= limits.bytes else {
      throw ContentError(.limit, "more than \(limits.bytes) bytes of package names and versions")
    }
  }
}
