import CLMDB

/// The one write transaction, lent to the body of `Environment.write`. Counterpart: `MDB_txn`.
///
/// While a value or a walk of it is open (`read.get { … }`, `read.forEach { … }`) it must not change anything, for a
/// change may move what the spans point to: this traps.
public struct WriteTransaction: ~Copyable {
  /// The same transaction for reading; sees what was written so far.
  public let read: ReadTransaction

  init(_ context: TransactionContext) { read = ReadTransaction(context) }

  /// Refers to the same transaction once more, for a type that wraps it; traps once the body it was lent to has returned.
  public func alias() -> WriteTransaction { WriteTransaction(read.context) }

  /// How `put` treats what is there.
  public struct PutFlags: OptionSet, Sendable {
    /// The bits, as LMDB has them.
    public let rawValue: UInt32

    /// Takes bits as they are.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Keeps an existing value and throws `keyExists`. Counterpart: `MDB_NOOVERWRITE`.
    public static let noOverwrite = Self(rawValue: UInt32(MDB_NOOVERWRITE))
    /// Promises that the key is the highest: packs pages full; throws `keyExists` when it is not. Counterpart: `MDB_APPEND`.
    public static let append = Self(rawValue: UInt32(MDB_APPEND))
  }

  /// Sets the value of a key.
  ///
  /// A value of n·4096−16 bytes fills whole pages. Throws `badSize` for a key that is empty or longer than 511 bytes,
  /// `mapFull`, `transactionFull`, `keyExists` as the flags say. Counterpart: `mdb_put`.
  public func put(
    _ database: Database, _ key: Span<UInt8>, _ value: Span<UInt8>, flags: PutFlags = []
  ) throws(LMDBError) {
    let transaction = unsafe read.context.handleForChange(of: database)
    let status = unsafe withValue(key) { key in
      unsafe withValue(value) { value in
        unsafe mdb_put(transaction, database.handle, &key, &value, flags.rawValue)
      }
    }
    try check(status, .put, subject: database.name)
  }

  /// Removes a key and its value; returns false when it was not there. Counterpart: `mdb_del`.
  @discardableResult
  public func delete(_ database: Database, _ key: Span<UInt8>) throws(LMDBError) -> Bool {
    let transaction = unsafe read.context.handleForChange(of: database)
    let status = unsafe withValue(key) { key in unsafe mdb_del(transaction, database.handle, &key, nil) }
    if status == MDB_NOTFOUND { return false }
    try check(status, .delete, subject: database.name)
    return true
  }

  /// Removes all entries of a database. Counterpart: `mdb_drop`.
  public func clear(_ database: Database) throws(LMDBError) {
    let transaction = unsafe read.context.handleForChange(of: database)
    try check(unsafe mdb_drop(transaction, database.handle, 0), .clear, subject: database.name)
  }
}
