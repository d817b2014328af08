import LMDB

/// Copies databases from one environment into another, in key order, some MiB in each transaction.
final class TableCopy {
  /// A transaction is ended after so many bytes: what is dirty is held in memory until then.
  static let batchBytes = 4 << 20

  let transaction: ReadTransaction
  let target: OpenEnvironment

  init(_ transaction: borrowing ReadTransaction, to target: OpenEnvironment) {
    self.transaction = transaction.alias()
    self.target = target
  }

  /// Walks `table` and hands each entry to `body`, with the transaction to write it in; `body` returns what it wrote.
  func each(
    _ table: Table, _ body: (borrowing WriteTransaction, Span<UInt8>, Span<UInt8>) throws -> Int
  ) throws {
    var start: [UInt8]?
    repeat {
      let from = start
      start = nil
      try target.environment.write { output in
        var bytes = 0
        try transaction.forEach(table.database, from: from) { key, value in
          if bytes >= Self.batchBytes {
            start = key.copied
            return false
          }
          bytes += try body(output, key, value)
          return true
        }
      }
    } while start != nil
  }

  /// Copies a whole database as it is, seals checked.
  func copy(_ table: Table, to output: Table) throws {
    try each(table) { transaction, key, value in
      try Seal.check(value, table: table, key: key)
      try transaction.put(output.database, key, value, flags: .append)
      return key.count + value.count
    }
  }
}
