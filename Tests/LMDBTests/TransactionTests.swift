import LMDB
import TestSupport
import Testing

/// What a transaction promises: all or nothing, a snapshot, and the values that were put.
struct TransactionTests {
  let directory: TemporaryDirectory
  let environment: Environment
  let one: Database
  let two: Database

  init() throws {
    directory = try TemporaryDirectory()
    environment = try Environment.open(path: directory.path)
    let databases = try environment.openDatabases(["one", "two"], create: true)
    (one, two) = (databases[0], databases[1])
  }

  private func value(_ database: Database, _ number: Int) throws -> [UInt8]? {
    try environment.read { try $0.get(database, key(number).span) }
  }

  private func count(_ database: Database) throws -> Int {
    try environment.read { try $0.entryCount(database) }
  }

  @Test func whatWasPutIsReadBack() throws {
    try environment.write { transaction in
      try transaction.put(one, key(1).span, bytes("a").span)
      try transaction.put(two, key(1).span, bytes("").span)
      let inside = try transaction.read.get(one, key(1).span)
      #expect(inside == bytes("a"))
    }
    #expect(try value(one, 1) == bytes("a"))
    #expect(try value(two, 1) == [])
    #expect(try value(one, 2) == nil)
    #expect(try environment.read { try $0.contains(one, key(1).span) })
    #expect(try environment.read { try !$0.contains(two, key(2).span) })
    #expect(try count(one) == 1)
  }

  @Test func aThrowingBodyLeavesNothing() throws {
    struct Stop: Error {}
    #expect(throws: Stop.self) {
      try environment.write { transaction in
        try transaction.put(one, key(1).span, bytes("a").span)
        throw Stop()
      }
    }
    #expect(try count(one) == 0)
    // The writers' lock was given back.
    try environment.write { try $0.put(one, key(2).span, bytes("b").span) }
    #expect(try count(one) == 1)
  }

  @Test func aSnapshotDoesNotSeeLaterCommits() throws {
    try environment.read { before in
      try environment.write { try $0.put(one, key(1).span, bytes("a").span) }
      let old = try before.get(one, key(1).span)
      #expect(old == nil)
      #expect(try value(one, 1) == bytes("a"))
      let id = before.transactionID
      #expect(try environment.read { $0.transactionID } == id + 1)
    }
  }

  @Test func aLargeValueIsLentWhole() throws {
    let value = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    try environment.write { try $0.put(one, key(1).span, value.span) }
    let sum = try environment.read { transaction in
      try transaction.get(one, key(1).span) { span in
        #expect(span.count == value.count)
        return span.indices.reduce(0) { $0 + Int(span[$1]) }
      }
    }
    #expect(sum == value.reduce(0) { $0 + Int($1) })
  }

  @Test func deletingAndClearing() throws {
    try environment.write { transaction in
      for number in 0..<10 { try transaction.put(one, key(number).span, bytes("x").span) }
      let first = try transaction.delete(one, key(3).span)
      let again = try transaction.delete(one, key(3).span)
      #expect(first && !again)
    }
    #expect(try count(one) == 9)
    try environment.write { try $0.clear(one) }
    #expect(try count(one) == 0)
  }

  @Test func flagsGuardWhatIsThere() throws {
    try environment.write { try $0.put(one, key(5).span, bytes("a").span, flags: .append) }
    #expect(throws: LMDBError(.keyExists, .init(rawValue: "write to"), subject: "one")) {
      try environment.write { try $0.put(one, key(5).span, bytes("b").span, flags: .noOverwrite) }
    }
    #expect(throws: LMDBError(.keyExists, .init(rawValue: "write to"), subject: "one")) {
      try environment.write { try $0.put(one, key(4).span, bytes("b").span, flags: .append) }
    }
    #expect(try value(one, 5) == bytes("a"))
    #expect(try count(one) == 1)
  }

  @Test(arguments: [0, 512]) func keysOutsideTheBoundsAreRefused(length: Int) throws {
    let wrong = [UInt8](repeating: 1, count: length)
    let error = #expect(throws: LMDBError.self) {
      try environment.write { try $0.put(one, wrong.span, bytes("a").span) }
    }
    #expect(error?.code == .badSize)
    let longest = [UInt8](repeating: 1, count: Database.longestKey)
    try environment.write { try $0.put(one, longest.span, bytes("a").span) }
  }

  @Test func commitsAreNumberedUpwards() throws {
    var last: UInt64 = 0
    for number in 0..<50 {
      let id = try environment.write { transaction in
        try transaction.put(one, key(number).span, bytes("v").span)
        return transaction.read.transactionID
      }
      #expect(id > last)
      last = id
    }
    #expect(try environment.info().lastTransactionID == last)
  }
}
