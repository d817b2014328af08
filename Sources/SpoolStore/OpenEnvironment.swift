import LMDB

/// An environment with the store's databases, as it was when opened.
final class OpenEnvironment: Sendable {
  let environment: Environment
  let tables: Tables

  init(environment: Environment, tables: Tables) {
    self.environment = environment
    self.tables = tables
  }
}

/// The record of `meta` that says whose data file it is.
struct FormatRecord: Equatable {
  static let key = Array("format".utf8)

  var format: Int
  var store: StoreID

  var writer: RecordWriter {
    var record = RecordWriter()
    record.append(1, UInt64(format))
    record.append(2, store.description)
    return record
  }

  init(format: Int, store: StoreID) {
    self.format = format
    self.store = store
  }

  init?(_ record: Record) {
    guard let format = record.uint(1).flatMap({ Int(exactly: $0) }), let id = record.string(2).flatMap({ StoreID($0) })
    else { return nil }
    self.init(format: format, store: id)
  }
}
