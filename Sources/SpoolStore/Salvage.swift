import LMDB

/// Copies every record of a damaged data file that is whole, page by page, into an environment of its own: LMDB would
/// believe the damaged pages.
final class Salvage {
  let opened: OpenEnvironment
  private(set) var quarantined: [String] = []
  private let directory: StoreDirectory

  /// Makes the environment, beside the one that repair builds.
  init(_ store: Store) throws {
    directory = store.directory
    try FileSystem.makeDirectory(directory.salvage.path)
    opened = try store.openEmpty(directory.salvage)
  }

  func run() throws {
    let pages = try PageWalk(path: directory.data)
    let tables = [opened.tables.meta] + opened.tables.counted
    for table in tables {
      var batch = Batch(table)
      let isThere = try pages.forEach(
        table.name,
        damaged: { page, problem in note(table, "page \(page)", problem) },
        { key, value in
          do throws(StoreError) {
            try Seal.check(value, table: table, key: key)
          } catch {
            return note(table, StoreKey.describe(key), error.cause)
          }
          batch.add(key, value)
          if batch.bytes > TableCopy.batchBytes { try batch.write(to: opened) }
        })
      try batch.write(to: opened)
      if !isThere { note(table, "all", "the database is missing") }
    }
  }

  private func note(_ table: Table, _ subject: String, _ problem: String) {
    guard quarantined.count < Verifier.longestList else { return }
    quarantined.append(table.name + " " + subject + ": " + problem)
  }

  /// Some records on their way.
  private struct Batch {
    let table: Table
    private(set) var bytes = 0
    private var records: [(key: [UInt8], value: [UInt8])] = []

    init(_ table: Table) { self.table = table }

    mutating func add(_ key: Span<UInt8>, _ value: Span<UInt8>) {
      records.append((key.copied, value.copied))
      bytes += key.count + value.count
    }

    mutating func write(to opened: OpenEnvironment) throws {
      try opened.environment.write { output in
        for (key, value) in records { try output.put(table.database, key.span, value.span) }
      }
      (records, bytes) = ([], 0)
    }
  }
}
