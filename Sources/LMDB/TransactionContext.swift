import CLMDB
import Glibc

/// What the transaction types share: the handle, and the checks that keep spans of the map valid while they are lent.
@safe
final class TransactionContext {
  private let transaction: OpaquePointer
  private let environment: Int
  private let thread = pthread_self()
  private var lent = 0
  private var isOver = false

  init(_ transaction: OpaquePointer, environment: Int) {
    unsafe self.transaction = transaction
    self.environment = environment
  }

  /// LMDB's own database of free pages, which every environment has as number 0.
  var freeList: Database { Database(name: "(free pages)", handle: 0, environment: environment) }

  /// The handle, once thread and database are found right.
  func handle(for database: Database) -> OpaquePointer {
    precondition(
      database.environment == environment,
      "database \(database.name) belongs to another environment, or one since closed")
    return unsafe handle()
  }

  /// The handle, once the thread is found right.
  func handle() -> OpaquePointer {
    precondition(!isOver, "a transaction must not be used after the body it was lent to")
    precondition(thread == pthread_self(), "a transaction must be used on the thread where it began")
    return unsafe transaction
  }

  /// Notes that the transaction is about to end: whoever still refers to it traps instead of reading freed memory.
  func end() { isOver = true }

  /// Runs `body` while bytes of the map are lent out.
  func lending<R>(_ body: () throws -> R) rethrows -> R {
    lent += 1
    defer { lent -= 1 }
    return try body()
  }

  /// The handle for a change: nothing may be lent, for a change may free or move what spans point to.
  func handleForChange(of database: Database) -> OpaquePointer {
    precondition(lent == 0, "no change while a value or a walk of the same transaction is open: copy, then change")
    return unsafe handle(for: database)
  }
}

/// Runs `body` with the bytes of a span as LMDB wants them.
func withValue<R, E: Error>(_ bytes: Span<UInt8>, _ body: (inout MDB_val) throws(E) -> R) throws(E) -> R {
  // Safety: the pointer is used inside the closure only; LMDB does not write through it.
  try unsafe bytes.withUnsafeBufferPointer { (buffer) throws(E) -> R in
    var value = unsafe MDB_val(mv_size: buffer.count, mv_data: UnsafeMutableRawPointer(mutating: buffer.baseAddress))
    return try unsafe body(&value)
  }
}

extension MDB_val {
  /// The bytes in the map; valid until the next change of the transaction or its end.
  var buffer: UnsafeBufferPointer<UInt8> {
    // Safety: LMDB returns size and address of one run of bytes of its map.
    unsafe UnsafeBufferPointer(start: mv_data?.assumingMemoryBound(to: UInt8.self), count: mv_size)
  }
}
