import Glibc
import LMDB
import TestSupport
import Testing

/// Opening, closing, growing, copying: what happens to the environment as a whole.
struct EnvironmentTests {
  let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func failure<R>(_ body: () throws -> R) -> LMDBError.Code? {
    do {
      _ = try body()
      return nil
    } catch {
      return (error as? LMDBError)?.code
    }
  }

  @Test func aSecondOpeningIsRefusedUnderAnyName() throws {
    let link = try TemporaryDirectory()
    unsafe symlink(directory.path, link.path + "/other")
    let first = try Environment.open(path: directory.path)
    #expect(failure { try Environment.open(path: directory.path) } == .alreadyOpen)
    #expect(failure { try Environment.open(path: link.path + "/other/.") } == .alreadyOpen)
    // The refusal did no harm to the first.
    let database = try first.openDatabases(["one"], create: true)[0]
    try first.write { try $0.put(database, key(1).span, [1].span) }
    first.close()
    let again = try Environment.open(path: link.path + "/other")
    #expect(try again.openDatabases(["one"], create: false).map(\.name) == ["one"])
  }

  @Test func theLastReferenceCloses() throws {
    do { _ = try Environment.open(path: directory.path) }
    _ = try Environment.open(path: directory.path)
  }

  @Test func aClosedEnvironmentThrows() throws {
    let environment = try Environment.open(path: directory.path)
    environment.close()
    environment.close()
    #expect(failure { try environment.read { _ in } } == .closed)
    #expect(failure { try environment.write { _ in } } == .closed)
    #expect(failure { try environment.info() } == .closed)
    #expect(failure { try environment.grow(mapBytes: 1 << 30) } == .closed)
  }

  @Test func openingWhatIsNotThere() throws {
    #expect(failure { try Environment.open(path: directory.path + "/none") } == .noSuchFile)
    var options = EnvironmentOptions()
    options.isReadOnly = true
    #expect(failure { try Environment.open(path: directory.path, options: options) } == .noSuchFile)
    try Files.write([UInt8](repeating: 1, count: 8192), to: directory.file("data.mdb"))
    #expect(failure { try Environment.open(path: directory.path) } == .invalid)
    // A failed opening leaves no trace in the registry.
    unsafe unlink(directory.path + "/data.mdb")
    _ = try Environment.open(path: directory.path)
  }

  @Test func readingOnly() throws {
    do {
      let environment = try Environment.open(path: directory.path)
      let database = try environment.openDatabases(["one"], create: true)[0]
      try environment.write { try $0.put(database, key(1).span, [1].span) }
    }
    for noLock in [false, true] {
      var options = EnvironmentOptions()
      options.isReadOnly = true
      options.noLock = noLock
      let environment = try Environment.open(path: directory.path, options: options)
      let database = try environment.openDatabases(["one"], create: false)[0]
      #expect(try environment.read { try $0.entryCount(database) } == 1)
      #expect(failure { try environment.write { _ in } } == .accessDenied)
      environment.close()
    }
  }

  @Test func aMissingDatabaseIsNamed() throws {
    let environment = try Environment.open(path: directory.path)
    _ = try environment.openDatabases(["one"], create: true)
    let error = #expect(throws: LMDBError.self) { try environment.openDatabases(["one", "two"], create: false) }
    #expect(error?.code == .notFound)
    #expect(error?.subject == "two")
    // Those that are there still open.
    let one = try environment.openDatabases(["one"], create: false)[0]
    #expect(try environment.read { try $0.entryCount(one) } == 0)
  }

  @Test func aFullMapGrowsAndNothingIsLost() throws {
    var options = EnvironmentOptions()
    options.mapBytes = 1 << 20
    let environment = try Environment.open(path: directory.path, options: options)
    let database = try environment.openDatabases(["one"], create: true)[0]
    let value = [UInt8](repeating: 7, count: 100_000)
    var stored = 0
    var grown = 0
    while stored < 60 {
      do {
        try environment.write { try $0.put(database, key(stored).span, value.span) }
        stored += 1
      } catch let error as LMDBError where error.code == .mapFull {
        grown += 1
        try environment.grow(mapBytes: environment.info().mapBytes * 2)
      }
    }
    #expect(grown == 3)
    #expect(try environment.read { try $0.entryCount(database) } == 60)
    #expect(try environment.info().mapBytes == 8 << 20)
  }

  @Test func aSwallowedErrorDoesNotCommit() throws {
    var options = EnvironmentOptions()
    options.mapBytes = 1 << 20
    let environment = try Environment.open(path: directory.path, options: options)
    let database = try environment.openDatabases(["one"], create: true)[0]
    let code = failure {
      try environment.write { transaction in
        for number in 0..<30 {
          try? transaction.put(database, key(number).span, [UInt8](repeating: 7, count: 100_000).span)
        }
      }
    }
    #expect(code == .badTransaction)
    #expect(try environment.read { try $0.entryCount(database) } == 0)
  }

  @Test func theDefaultMapIsATebibyteOfNothing() throws {
    let environment = try Environment.open(path: directory.path)
    #expect(try environment.info().mapBytes == 1 << 40)
    #expect(try directory.bytes(of: "data.mdb").count <= 8192)
  }

  @Test func freePagesAndACompactCopy() throws {
    let environment = try Environment.open(path: directory.path)
    let database = try environment.openDatabases(["one"], create: true)[0]
    let value = [UInt8](repeating: 7, count: 40_000)
    try environment.write { transaction in
      for number in 0..<50 { try transaction.put(database, key(number).span, value.span) }
    }
    #expect(try environment.read { try $0.freePages() } < 20)
    try environment.write { transaction in
      for number in 0..<49 { try transaction.delete(database, key(number).span) }
    }
    #expect(try environment.read { try $0.freePages() } > 450)

    let target = try TemporaryDirectory()
    try environment.copyCompact(to: target.path + "/data.mdb")
    #expect(try target.bytes(of: "data.mdb").count * 10 < directory.bytes(of: "data.mdb").count)
    let copy = try Environment.open(path: target.path)
    let same = try copy.openDatabases(["one"], create: false)[0]
    #expect(try copy.read { try $0.get(same, key(49).span) } == value)
    #expect(try copy.read { try $0.entryCount(same) } == 1)
    #expect(try copy.read { try $0.statistics(same) }.overflowPages == 10)

    #expect(failure { try environment.copyCompact(to: target.path + "/data.mdb") } == .fileExists)
    #expect(failure { try environment.copyCompact(to: target.path + "/no/data.mdb") } == .noSuchFile)
    #expect(try Files.list(target.path).sorted() == ["data.mdb", "lock.mdb"])
  }

  @Test func aReplacedFileIsNoticed() throws {
    let environment = try Environment.open(path: directory.path)
    let database = try environment.openDatabases(["one"], create: true)[0]
    try environment.write { try $0.put(database, key(1).span, [1].span) }
    #expect(!environment.isReplaced)
    #expect(environment.fileIdentity == FileIdentity(path: directory.path + "/data.mdb"))

    try environment.copyCompact(to: directory.path + "/new")
    unsafe unlink(directory.path + "/lock.mdb")
    unsafe rename(directory.path + "/new", directory.path + "/data.mdb")
    #expect(environment.isReplaced)
    // The new file may be opened beside the old one: its locks are its own.
    let replaced = try Environment.open(path: directory.path)
    let same = try replaced.openDatabases(["one"], create: false)[0]
    #expect(try replaced.read { try $0.entryCount(same) } == 1)
    #expect(try environment.read { try $0.entryCount(database) } == 1)
  }

  @Test func filesGetTheModeAskedFor() throws {
    var options = EnvironmentOptions()
    options.mode = 0o600
    let environment = try Environment.open(path: directory.path, options: options)
    try environment.copyCompact(to: directory.path + "/copy")
    for name in ["data.mdb", "lock.mdb", "copy"] {
      var status = stat()
      unsafe stat(directory.path + "/" + name, &status)
      #expect(status.st_mode & 0o777 == 0o600, "\(name)")
    }
  }

  @Test func readersAreListed() throws {
    let environment = try Environment.open(path: directory.path)
    _ = try environment.openDatabases(["one"], create: true)
    #expect(try environment.readers() == [])
    let (during, id) = try environment.read { (try environment.readers(), $0.transactionID) }
    #expect(during.map(\.processID) == [Int(getpid())])
    #expect(during.map(\.transactionID) == [id])
    #expect(try environment.readers().allSatisfy { $0.transactionID == nil })
    #expect(try environment.info().maxReaders == 512)
  }

  @Test func readersBeyondTheSlotsAreRefused() throws {
    var options = EnvironmentOptions()
    options.maxReaders = 2
    let environment = try Environment.open(path: directory.path, options: options)
    let code = failure { try environment.read { _ in try environment.read { _ in try environment.read { _ in } } } }
    #expect(code == .readersFull)
    try environment.read { _ in }
  }

  @Test func forcedFlushAndMessages() throws {
    let environment = try Environment.open(path: directory.path)
    try environment.sync()
    let error = LMDBError(.mapFull, .init(rawValue: "write to"), subject: "one")
    #expect(error.description == "write to one: MDB_MAP_FULL: Environment mapsize limit reached (-30792)")
    #expect(error.hint != nil)
    #expect(LMDBError.Code.ioError.rawValue == EIO)
  }
}
