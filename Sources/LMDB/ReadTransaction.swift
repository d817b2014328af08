import CLMDB

/// A snapshot of the environment, lent to the body of `Environment.read`. Counterpart: `MDB_txn`.
public struct ReadTransaction: ~Copyable {
  let context: TransactionContext

  init(_ context: TransactionContext) { self.context = context }

  /// Refers to the same transaction once more, for a type that wraps it; traps once the body it was lent to has returned.
  public func alias() -> ReadTransaction { ReadTransaction(context) }

  /// The number of the newest commit this snapshot contains; in a write transaction the number it will get.
  /// Counterpart: `mdb_txn_id`.
  public var transactionID: UInt64 { unsafe UInt64(mdb_txn_id(context.handle())) }

  /// Looks a key up and runs `body` with its value; returns nil, without a call, when the key is not there.
  ///
  /// The span is a part of the map, valid until `body` returns. Throws `badSize` for a key that is empty or longer than
  /// 511 bytes, `corrupted` also where a damaged page misleads the search, `pageNotFound`, or what `body` throws.
  /// Counterpart: `mdb_get`.
  public func get<R>(_ database: Database, _ key: Span<UInt8>, _ body: (Span<UInt8>) throws -> R) throws -> R? {
    let transaction = unsafe context.handle(for: database)
    var value = unsafe MDB_val()
    let status = unsafe withValue(key) { key in unsafe mdb_get(transaction, database.handle, &key, &value) }
    if status == MDB_NOTFOUND {
      try confirmAbsence(database, key)
      return nil
    }
    try check(status, .get, subject: database.name)
    return try context.lending { try body(unsafe value.buffer.span) }
  }

  /// Copies the value of a key; nil when the key is not there. Throws as `get` with a body does.
  public func get(_ database: Database, _ key: Span<UInt8>) throws -> [UInt8]? {
    try get(database, key) { value in unsafe value.withUnsafeBufferPointer { unsafe Array($0) } }
  }

  /// Tells whether a key is there, without touching its value.
  public func contains(_ database: Database, _ key: Span<UInt8>) throws -> Bool {
    try get(database, key) { _ in true } ?? false
  }

  /// The number of entries of a database, from its root: O(1). Counterpart: `mdb_stat`.
  public func entryCount(_ database: Database) throws -> Int { try statistics(database).entries }

  /// The shape of a database, from its root: O(1). Counterpart: `mdb_stat`.
  public func statistics(_ database: Database) throws -> DatabaseStatistics {
    var status = MDB_stat()
    try check(
      unsafe mdb_stat(context.handle(for: database), database.handle, &status), .statistics, subject: database.name)
    return DatabaseStatistics(status)
  }

  /// The number of pages of the file that are free for later commits; walks the list of them.
  /// Counterpart: `mdb_stat -f`.
  public func freePages() throws -> Int {
    var pages = 0
    try forEach(context.freeList) { _, value in
      // Each entry is a list of page numbers, its length first.
      var count = 0
      for index in (0..<min(value.count, 8)).reversed() { count = count << 8 | Int(value[index]) }
      pages += min(count, value.count / 8)
      return true
    }
    return pages
  }
}

/// The shape of one database, in pages and entries. Counterpart: `MDB_stat`.
public struct DatabaseStatistics: Equatable, Sendable {
  /// The size of a page in bytes.
  public let pageBytes: Int
  /// The height of the tree.
  public let depth: Int
  /// Inner pages.
  public let branchPages: Int
  /// Pages with entries.
  public let leafPages: Int
  /// Pages with values too large for a leaf.
  public let overflowPages: Int
  /// Entries.
  public let entries: Int

  init(_ status: MDB_stat) {
    pageBytes = Int(status.ms_psize)
    depth = Int(status.ms_depth)
    branchPages = status.ms_branch_pages
    leafPages = status.ms_leaf_pages
    overflowPages = status.ms_overflow_pages
    entries = status.ms_entries
  }

  /// The bytes all its pages take in the file.
  public var bytes: Int { (branchPages + leafPages + overflowPages) * pageBytes }
}
