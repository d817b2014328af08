import LMDB
import TestSupport
import Testing

/// Misuse that would hang or corrupt deep in C ends the process with a sentence at the boundary instead.
struct MisuseTests {
  @Test func aNestedWriterTraps() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      try withDatabase { environment, database in
        try environment.write { _ in try environment.write { _ in } }
      }
    }
    #expect(result?.says("a second one would wait for ever") == true)
  }

  @Test func growingWithinATransactionTraps() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      try withDatabase { environment, database in
        try environment.read { _ in try environment.grow(mapBytes: 1 << 41) }
      }
    }
    #expect(result?.says("end the transaction of this thread first: grow the map") == true)
  }

  @Test func closingWithinATransactionTraps() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      try withDatabase { environment, database in
        try environment.read { _ in environment.close() }
      }
    }
    #expect(result?.says("end the transaction of this thread first") == true)
  }

  @Test func changingWhileAValueIsLentTraps() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      try withDatabase { environment, database in
        try environment.write { transaction in
          try transaction.put(database, [1].span, [1].span)
          _ = try transaction.read.get(database, [1].span) { try transaction.put(database, [1].span, $0) }
        }
      }
    }
    #expect(result?.says("copy, then change") == true)
  }

  @Test func changingWithinAWalkTraps() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      try withDatabase { environment, database in
        try environment.write { transaction in
          try transaction.put(database, [1].span, [1].span)
          try transaction.read.forEach(database) { key, _ in try transaction.delete(database, key) }
        }
      }
    }
    #expect(result?.says("copy, then change") == true)
  }

  @Test func aDatabaseOfAnotherEnvironmentTraps() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      try withDatabase { environment, database in
        let other = try TemporaryDirectory()
        let another = try Environment.open(path: other.path)
        _ = try another.read { try $0.entryCount(database) }
      }
    }
    #expect(result?.says("belongs to another environment") == true)
  }
}

/// Runs `body` with an environment of one database.
private func withDatabase(_ body: (Environment, Database) throws -> Void) throws {
  let directory = try TemporaryDirectory()
  let environment = try Environment.open(path: directory.path)
  try body(environment, try environment.openDatabases(["one"], create: true)[0])
}

extension ExitTest.Result {
  func says(_ sentence: String) -> Bool {
    String(decoding: standardErrorContent, as: UTF8.self).contains(sentence)
  }
}
