import LMDB

extension ReadTransaction {
  /// A record, its seal checked; nil when there is none.
  func record(_ table: Table, _ key: [UInt8]) throws -> Record? {
    try get(table.database, key.span) { value in try Record(sealed: value, table: table, key: key.span) }
  }

  func contains(_ table: Table, _ key: [UInt8]) throws -> Bool { try contains(table.database, key.span) }

  /// Walks the records whose keys begin with `prefix` until `body` returns false; returns whether it reached the end.
  @discardableResult
  func forEachRecord(
    _ table: Table, prefix: [UInt8] = [], _ body: (_ key: Span<UInt8>, _ record: Record) throws -> Bool
  ) throws -> Bool {
    var reachedEnd = true
    try forEach(table.database, prefix: prefix) { key, value in
      reachedEnd = try body(key, Record(sealed: value, table: table, key: key))
      return reachedEnd
    }
    return reachedEnd
  }

  /// The keys that begin with `prefix`, at most `limit`.
  func keys(_ table: Table, prefix: [UInt8], limit: Int = .max) throws -> [[UInt8]] {
    var keys: [[UInt8]] = []
    try forEach(table.database, prefix: prefix) { key, _ in
      keys.append(key.copied)
      return keys.count < limit
    }
    return keys
  }

  /// Whether any key begins with `prefix`.
  func hasKeys(_ table: Table, prefix: [UInt8]) throws -> Bool { try !keys(table, prefix: prefix, limit: 1).isEmpty }

  func counters(_ tables: Tables) throws -> Counters {
    let key = Counters.key
    guard let counters = try record(tables.meta, key).flatMap({ Counters($0) }) else {
      throw StoreError.damaged("meta", key.span, "the store's counters are missing")
    }
    return counters
  }
}

extension Record {
  /// Checks a value's seal and takes its body apart.
  init(sealed value: Span<UInt8>, table: Table, key: Span<UInt8>) throws(StoreError) {
    try Seal.check(value, table: table, key: key)
    guard let record = Record(value.extracting(Seal.byteCount...)) else {
      throw .damaged(table.name, key, "the record is no list of fields")
    }
    self = record
  }

  /// Reads the record as `form`, which answers nil when fields are missing.
  func decoded<T>(_ table: Table, _ key: [UInt8], _ form: (Record) -> T?) throws(StoreError) -> T {
    guard let value = form(self) else { throw .damaged(table.name, key.span, "fields are missing") }
    return value
  }
}

extension WriteTransaction {
  /// Seals and puts a record.
  func put(_ table: Table, _ key: [UInt8], _ record: consuming RecordWriter, append: Bool = false) throws(LMDBError) {
    let value = record.sealed(for: table, key: key)
    try put(table.database, key.span, value.span, flags: append ? .append : [])
  }

  @discardableResult
  func delete(_ table: Table, _ key: [UInt8]) throws(LMDBError) -> Bool { try delete(table.database, key.span) }
}
