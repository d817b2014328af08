import SQLite
import TestSupport
import Testing

/// The wrapper of SQLite.
struct SQLiteWrapperTests {
  private let directory: TemporaryDirectory
  private let database: Database

  init() throws {
    directory = try TemporaryDirectory()
    database = try Database(path: directory.file("x.db"), mode: .write)
    try database.run("CREATE TABLE t (a, b); CREATE TABLE u (a PRIMARY KEY)", operation: "test")
  }

  @Test func carriesValues() throws {
    let insert = try database.prepare("INSERT INTO t VALUES (?, ?)", operation: "test")
    let values: [(Value, String)] = [
      (.null, "null"), (.integer(.min), "integer"), (.text("é\u{0}x"), "text"), (.text(""), "text"),
      (.textBytes(Array("ab".utf8)), "text"), (.blob([0, 255]), "blob"), (.blob([]), "blob"), (.zeroBlob(3), "blob"),
    ]
    for (value, _) in values { #expect(try insert.run([value, .null]) == 1) }
    var seen: [String] = []
    var lengths: [Int] = []
    try database.prepare("SELECT typeof(a), a FROM t ORDER BY rowid", operation: "test").forEachRow { row in
      seen.append(row.string(0) ?? "")
      lengths.append(row.withBytes(1) { $0.count } ?? -1)
      return true
    }
    #expect(seen == values.map(\.1))
    #expect(lengths == [-1, 20, 4, 0, 2, 2, 0, 3])
  }

  @Test("a blob is written and read in pieces")
  func streams() throws {
    try database.prepare("INSERT INTO t VALUES (1, ?)", operation: "test").run([.zeroBlob(300_000)])
    let row = database.lastInsertedRow
    let blob = try Blob(database, table: "t", column: "b", row: row, isWritable: true)
    #expect(blob.count == 300_000)
    for at in stride(from: 0, to: 300_000, by: 60_000) {
      try blob.write([UInt8](repeating: UInt8(at / 60_000), count: 60_000).span, at: at)
    }
    #expect(throws: SQLiteError.self) { try blob.write([1, 2].span, at: 299_999) }
    try blob.close()
    let reading = try Blob(database, table: "t", column: "b", row: row, isWritable: false)
    var piece: [UInt8] = []
    try reading.read(into: &piece, count: 2, at: 59_999)
    #expect(piece == [0, 1])
    #expect(throws: SQLiteError.self) { try Blob(database, table: "t", column: "b", row: 99, isWritable: false) }
  }

  @Test func reportsErrors() throws {
    let insert = try database.prepare("INSERT INTO u VALUES (?)", operation: "add")
    try insert.run([.integer(1)])
    let error = #expect(throws: SQLiteError.self) { try insert.run([.integer(1)]) }
    #expect(error?.code == .constraint && error?.operation == "add")
    // The statement can be used again.
    #expect(try insert.run([.integer(2)]) == 1)
    #expect(throws: SQLiteError.self) { try database.prepare("SELEC", operation: "test") }
    let absent = #expect(throws: SQLiteError.self) { try Database(path: directory.file("none"), mode: .read) }
    #expect(absent?.code == .cannotOpen)
  }

  @Test("a second writer is told that the file is busy")
  func reportsBusy() throws {
    try database.run("BEGIN IMMEDIATE", operation: "test")
    let second = try Database(path: directory.file("x.db"), mode: .write)
    let error = #expect(throws: SQLiteError.self) { try second.run("BEGIN IMMEDIATE", operation: "test") }
    #expect(error?.code == .busy)
    #expect(database.isInTransaction)
    try database.rollback()
    try second.run("BEGIN IMMEDIATE; COMMIT", operation: "test")
  }

  @Test("a name that looks like a URI or a memory database is a file")
  func takesPlainNames() throws {
    let database = try Database(path: directory.file("file:x?mode=memory"), mode: .write)
    try database.run("CREATE TABLE t (a)", operation: "test")
    #expect(Files.exists(directory.file("file:x?mode=memory")))
  }
}
