import LMDB
import TestSupport
import Testing

/// Walks in both directions, from anywhere, to anywhere.
struct WalkTests {
  let directory: TemporaryDirectory
  let environment: Environment
  let database: Database
  let empty: Database

  /// Even numbers from 2 to 2000, enough for a tree of several pages.
  init() throws {
    directory = try TemporaryDirectory()
    let environment = try Environment.open(path: directory.path)
    let databases = try environment.openDatabases(["numbers", "empty"], create: true)
    try environment.write { transaction in
      for number in stride(from: 2, through: 2000, by: 2) {
        try transaction.put(databases[0], key(number).span, bytes("value \(number)").span, flags: .append)
      }
    }
    self.environment = environment
    (database, empty) = (databases[0], databases[1])
  }

  private func walk(from start: [UInt8]? = nil, reversed: Bool = false, limit: Int = .max) throws -> [Int] {
    var numbers: [Int] = []
    try environment.read { transaction in
      try transaction.forEach(database, from: start, reversed: reversed) { key, value in
        let number = Int(key[2]) << 8 | Int(key[3])
        #expect(value.count == "value \(number)".utf8.count)
        numbers.append(number)
        return numbers.count < limit
      }
    }
    return numbers
  }

  private func last(atOrBelow number: Int) throws -> Int? {
    try environment.read { transaction in
      try transaction.last(database, atOrBelow: key(number).span) { key, _ in Int(key[2]) << 8 | Int(key[3]) }
    }
  }

  @Test func everyEntryInOrder() throws {
    #expect(try walk() == Array(stride(from: 2, through: 2000, by: 2)))
    #expect(try walk(reversed: true) == Array(stride(from: 2000, through: 2, by: -2)))
  }

  @Test func theStartIsIncludedWhenItIsThere() throws {
    #expect(try walk(from: key(1000), limit: 3) == [1000, 1002, 1004])
    #expect(try walk(from: key(1000), reversed: true, limit: 3) == [1000, 998, 996])
  }

  @Test func aStartBetweenKeysGoesToTheNext() throws {
    #expect(try walk(from: key(1001), limit: 3) == [1002, 1004, 1006])
    #expect(try walk(from: key(1001), reversed: true, limit: 3) == [1000, 998, 996])
  }

  @Test func startsBeyondTheEnds() throws {
    #expect(try walk(from: key(1), limit: 2) == [2, 4])
    #expect(try walk(from: key(1), reversed: true) == [])
    #expect(try walk(from: key(2001)) == [])
    #expect(try walk(from: key(2001), reversed: true, limit: 2) == [2000, 1998])
    #expect(try walk(from: [], limit: 2) == [2, 4])
    #expect(try walk(from: [], reversed: true) == [])
  }

  @Test func theLastKeyAtOrBelow() throws {
    #expect(try last(atOrBelow: 1) == nil)
    #expect(try last(atOrBelow: 2) == 2)
    #expect(try last(atOrBelow: 999) == 998)
    #expect(try last(atOrBelow: 5000) == 2000)
    let highest = try environment.read { try $0.last(database) { key, _ in Int(key[2]) << 8 | Int(key[3]) } }
    #expect(highest == 2000)
  }

  @Test func anEmptyDatabaseHasNothingToWalk() throws {
    var calls = 0
    try environment.read { transaction in
      for reversed in [false, true] {
        for start in [nil, key(1)] {
          try transaction.forEach(empty, from: start, reversed: reversed) { _, _ in
            calls += 1
            return true
          }
        }
      }
      if try transaction.last(empty, { _, _ in true }) != nil { calls += 1 }
      if try transaction.last(empty, atOrBelow: key(1).span, { _, _ in true }) != nil { calls += 1 }
    }
    #expect(calls == 0)
  }

  @Test func aPrefixBoundsTheWalk() throws {
    try environment.write { transaction in
      for name in ["a", "b", "ba", "bb/1", "bb/2", "bc", "c"] { try transaction.put(empty, bytes(name).span, [1].span) }
    }
    #expect(try names(prefix: "b") == ["b", "ba", "bb/1", "bb/2", "bc"])
    #expect(try names(prefix: "bb/") == ["bb/1", "bb/2"])
    #expect(try names(prefix: "d") == [])
    #expect(try names(prefix: "").count == 7)
  }

  private func names(prefix: String) throws -> [String] {
    var names: [String] = []
    try environment.read { transaction in
      try transaction.forEach(empty, prefix: bytes(prefix)) { key, _ in
        names.append(key.indices.map { String(UnicodeScalar(key[$0])) }.joined())
        return true
      }
    }
    return names
  }

  @Test func walksMayBeNestedAndErrorsComeThrough() throws {
    struct Stop: Error {}
    var pairs = 0
    #expect(throws: Stop.self) {
      try environment.read { transaction in
        try transaction.forEach(database) { outer, _ in
          try transaction.forEach(database, from: key(1998)) { _, _ in
            pairs += 1
            return true
          }
          if outer[3] == 6 { throw Stop() }
          return true
        }
      }
    }
    #expect(pairs == 6)
  }

  @Test func aWriterWalksWhatItHasWritten() throws {
    var seen = 0
    try environment.write { transaction in
      try transaction.put(database, key(2001).span, [1].span)
      try transaction.delete(database, key(2).span)
      try transaction.read.forEach(database) { _, _ in
        seen += 1
        return true
      }
    }
    #expect(seen == 1000)
  }
}
