import Digest
import LMDB

/// One named database of the store, with the checksum that every seal of its values begins with.
struct Table: Sendable {
  let name: String
  let database: Database
  /// CRC-32 over the name and a zero byte.
  let checksum: CRC32

  init(_ database: Database) {
    self.init(name: database.name, database: database)
  }

  init(name: String, database: Database) {
    self.name = name
    self.database = database
    var crc = CRC32()
    crc.update(Array(name.utf8).span)
    crc.update([0].span)
    checksum = crc
  }
}

/// The databases of a store. Their order is that of the counters' tags: add at the end only.
struct Tables: Sendable {
  static let names = [
    "log", "releases", "artifacts", "drops", "documents", "children", "retained", "pending", "lineages", "members",
    "packages", "sources", "repositories", "failures", "runs",
  ]

  let meta, log, releases, artifacts, drops, documents, children, retained, pending, lineages, members: Table
  let packages, sources, repositories, failures, runs: Table

  /// Takes the databases in the order of `names`, `meta` before them.
  init(_ databases: [Database]) {
    precondition(databases.count == Self.names.count + 1)
    let tables = databases.map { Table($0) }
    (meta, log, releases, artifacts) = (tables[0], tables[1], tables[2], tables[3])
    (drops, documents, children, retained) = (tables[4], tables[5], tables[6], tables[7])
    (pending, lineages, members, packages) = (tables[8], tables[9], tables[10], tables[11])
    (sources, repositories, failures, runs) = (tables[12], tables[13], tables[14], tables[15])
  }

  /// All but `meta`, in the order of `names`.
  var counted: [Table] {
    [
      log, releases, artifacts, drops, documents, children, retained, pending, lineages, members, packages, sources,
      repositories, failures, runs,
    ]
  }
}
