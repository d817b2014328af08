import LMDB
import TestSupport
import Testing
import Threads

/// Many threads at one environment: each sees whole commits, and what needs it alone gets its turn.
struct ConcurrencyTests {
  let directory: TemporaryDirectory
  let environment: Environment
  let database: Database

  init() throws {
    directory = try TemporaryDirectory()
    var options = EnvironmentOptions()
    options.mapBytes = 16 << 20
    environment = try Environment.open(path: directory.path, options: options)
    database = try environment.openDatabases(["one"], create: true)[0]
  }

  @Test func readersSeeWholeCommitsOnly() throws {
    let stop = Lock(false)
    let torn = Lock(0)
    let reads = Lock(0)
    let (environment, database) = (environment, database)
    let readers = (0..<4).map { _ in
      Thread {
        while !stop.withLock({ $0 }) {
          let sums = try? environment.read { transaction in
            (try transaction.entryCount(database), try transaction.get(database, key(0).span)?.first)
          }
          guard let (count, mark) = sums else { return torn.withLock { $0 += 1 } }
          // Each commit adds two entries and marks the number of entries modulo 251 in the first.
          if let mark, Int(mark) != count % 251 { torn.withLock { $0 += 1 } }
          reads.withLock { $0 += 1 }
        }
      }
    }
    for number in 0..<300 {
      try environment.write { transaction in
        let count = 1 + 2 * (number + 1)
        try transaction.put(database, key(2 * number + 1).span, [0].span)
        try transaction.put(database, key(2 * number + 2).span, [0].span)
        try transaction.put(database, key(0).span, [UInt8(count % 251)].span)
      }
    }
    // Every reader gets to read, however the threads were scheduled.
    _ = reads.wait { $0 >= 8 ? true : nil }
    stop.withLock { $0 = true }
    readers.forEach { $0.join() }
    #expect(torn.withLock { $0 } == 0)
    #expect(try environment.read { try $0.entryCount(database) } == 601)
  }

  @Test func writersOfSeveralThreadsTakeTurns() throws {
    let (environment, database) = (environment, database)
    let failed = Lock(0)
    let writers = (0..<4).map { writer in
      Thread {
        for number in 0..<50 {
          do {
            try environment.write { try $0.put(database, key(writer << 8 | number).span, [1].span) }
          } catch {
            failed.withLock { $0 += 1 }
          }
        }
      }
    }
    writers.forEach { $0.join() }
    #expect(failed.withLock { $0 } == 0)
    #expect(try environment.read { try $0.entryCount(database) } == 200)
  }

  @Test func growingWaitsForTheReadersOfOtherThreads() throws {
    let (environment, database) = (environment, database)
    let isReading = Lock(false)
    let mayEnd = Lock(false)
    let events = Lock<[String]>([])
    let reader = Thread {
      try? environment.read { transaction in
        isReading.withLock { $0 = true }
        _ = mayEnd.wait { $0 ? true : nil }
        // A nested read is let in although a thread waits to be alone.
        if (try? environment.read { try $0.entryCount(database) }) != nil { events.withLock { $0.append("read") } }
      }
    }
    _ = isReading.wait { $0 ? true : nil }
    let grower = Thread {
      mayEnd.withLock { $0 = true }
      try? environment.grow(mapBytes: 32 << 20)
      events.withLock { $0.append("grown") }
    }
    reader.join()
    grower.join()
    #expect(events.withLock { $0 } == ["read", "grown"])
    #expect(try environment.info().mapBytes == 32 << 20)
  }

  @Test func closingWaitsForTheReadersOfOtherThreads() throws {
    let environment = environment
    let isReading = Lock(false)
    let mayEnd = Lock(false)
    let ended = Lock(false)
    let reader = Thread {
      try? environment.read { _ in
        isReading.withLock { $0 = true }
        _ = mayEnd.wait { $0 ? true : nil }
        ended.withLock { $0 = true }
      }
    }
    _ = isReading.wait { $0 ? true : nil }
    let releaser = Thread { mayEnd.withLock { $0 = true } }
    environment.close()
    #expect(ended.withLock { $0 })
    reader.join()
    releaser.join()
  }
}
