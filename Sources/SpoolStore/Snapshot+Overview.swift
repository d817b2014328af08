import LMDB

extension Snapshot {
  /// The store in numbers.
  public func overview() throws -> Overview {
    let counters = try transaction.counters(tables)
    func count(_ table: Table) -> UInt64 { Tables.names.firstIndex(of: table.name).map { counters.records[$0] } ?? 0 }
    var overview = Overview(
      sequence: counters.sequence, repositories: [], releases: count(tables.releases),
      artifacts: count(tables.artifacts), drops: count(tables.drops), documents: counters.finishedDocuments,
      rawBytes: counters.rawBytes, storedBytes: counters.storedBytes, retained: count(tables.retained),
      failures: count(tables.failures), lastRun: nil)
    try transaction.forEachRecord(tables.repositories) { key, record in
      overview.repositories.append(try record.decoded(tables.repositories, key.copied) { .init($0) })
      return true
    }
    try checkCount(overview.repositories.count, tables.repositories)
    try forEachRun { run in
      overview.lastRun = run
      return false
    }
    return overview
  }

  /// What the store takes on disk.
  public func sizes() throws -> StoreSizes {
    let info = try opened.environment.info()
    var used: UInt64 = 2
    var databases: [(name: String, records: UInt64, pages: UInt64)] = []
    for table in [tables.meta] + tables.counted {
      let shape = try transaction.statistics(table.database)
      // Wrapping: these numbers have no checksum, and only `verify` may judge them.
      let pages = UInt64(bitPattern: Int64(shape.branchPages &+ shape.leafPages &+ shape.overflowPages))
      databases.append((table.name, UInt64(bitPattern: Int64(shape.entries)), pages))
      used &+= pages
    }
    // The tree of databases itself: their names fit into one page.
    used &+= 1
    let total = UInt64(info.lastPage) + 1
    let newest = UInt64(info.lastTransactionID)
    let readers = try opened.environment.readers().compactMap { reader in
      reader.transactionID.map { StoreSizes.Reader(process: reader.processID, commitsBehind: newest - min($0, newest)) }
    }
    return StoreSizes(
      fileBytes: FileSystem.size(store.directory.data) ?? 0, pageBytes: UInt64(info.pageBytes),
      usedPages: used, freePages: total > used ? total - used : 0, readers: readers,
      transaction: transaction.transactionID, databases: databases.sorted { $0.name < $1.name })
  }
}
