import CLMDB
import Glibc

extension Environment {
  /// Runs `body` on a consistent snapshot, the newest committed one, and returns its result.
  ///
  /// The snapshot pins its pages against reuse until `body` returns: keep it short. Reads may be nested, and many threads
  /// may read at once, writers notwithstanding. Throws `readersFull`, `closed`, or what `body` throws.
  /// Counterpart: `mdb_txn_begin` with `MDB_RDONLY`.
  public func read<R>(_ body: (borrowing ReadTransaction) throws -> R) throws -> R {
    let transaction = try unsafe enter(flags: UInt32(MDB_RDONLY), .beginRead)
    defer { gate.leave() }
    // Safety: begun above, ended here, used nowhere after.
    defer { unsafe mdb_txn_abort(transaction) }
    let context = unsafe TransactionContext(transaction, environment: number)
    defer { context.end() }
    return try body(ReadTransaction(context))
  }

  /// Runs `body` as the only writer of all processes, then commits; when `body` throws, nothing of it has happened.
  ///
  /// Everything runs on the calling thread. Waits for another writer; a second `write` within `body` traps. When this
  /// returns, the changes are on disk. Dirty pages are held in memory until then: commit every few MiB.
  /// Throws `mapFull` (grow, then do it again), `ioError`, `accessDenied` in a read-only environment, `badTransaction`
  /// when `body` swallowed an error, or what `body` throws. Counterpart: `mdb_txn_begin`, `mdb_txn_commit`.
  public func write<R>(_ body: (borrowing WriteTransaction) throws -> R) throws -> R {
    gate.willWrite()
    let transaction = try unsafe enter(flags: 0, .beginWrite)
    defer { gate.leave() }
    gate.didBeginWrite()
    defer { gate.didEndWrite() }
    let context = unsafe TransactionContext(transaction, environment: number)
    let result: R
    do {
      defer { context.end() }
      result = try body(WriteTransaction(context))
    } catch {
      // Safety: begun above on this thread, ended here, used nowhere after.
      unsafe mdb_txn_abort(transaction)
      throw error
    }
    // Safety: as above; commit frees the transaction whatever it returns.
    try check(unsafe mdb_txn_commit(transaction), .commit, subject: path)
    return result
  }

  /// Enters and begins a transaction, taking over a map that another process has made larger.
  private func enter(flags: UInt32, _ operation: LMDBError.Operation) throws(LMDBError) -> OpaquePointer {
    var isFirstTry = true
    while true {
      try gate.enter(operation)
      do throws(LMDBError) {
        return try unsafe begin(flags: flags, operation)
      } catch {
        gate.leave()
        guard isFirstTry, error.code == .mapResized, !gate.holdsThisThread else { throw error }
      }
      try followFile()
      isFirstTry = false
    }
  }

  private func begin(flags: UInt32, _ operation: LMDBError.Operation) throws(LMDBError) -> OpaquePointer {
    var transaction: OpaquePointer?
    try check(unsafe mdb_txn_begin(handle, nil, flags, &transaction), operation, subject: path)
    guard let transaction = unsafe transaction else { throw LMDBError(.outOfMemory, operation, subject: path) }
    return unsafe transaction
  }

  /// Opens named databases, all in one transaction of their own, in the order of `names`.
  ///
  /// With `create` those that are missing are made; without it a missing one throws `notFound` with its name.
  /// Waits until no transaction of this process is open; traps when this thread has one. Counterpart: `mdb_dbi_open`.
  public func openDatabases(_ names: [String], create: Bool) throws(LMDBError) -> [Database] {
    try gate.alone(.openDatabase) { () throws(LMDBError) in
      let transaction = try unsafe begin(flags: create ? 0 : UInt32(MDB_RDONLY), create ? .beginWrite : .beginRead)
      var databases: [Database] = []
      do throws(LMDBError) {
        for name in names {
          var dbi: MDB_dbi = 0
          let flags = create ? UInt32(MDB_CREATE) : 0
          try check(unsafe mdb_dbi_open(transaction, name, flags, &dbi), .openDatabase, subject: name)
          databases.append(Database(name: name, handle: dbi, environment: number))
        }
      } catch {
        unsafe mdb_txn_abort(transaction)
        throw error
      }
      // A handle survives only when its transaction commits, a reading one too.
      try check(unsafe mdb_txn_commit(transaction), .commit, subject: path)
      return databases
    }
  }
}
