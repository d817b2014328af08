import Glibc
import LMDB
import TestSupport
import Testing
import Threads

/// What other processes do to an environment: they die, they make the map larger, they have less address space.
struct OtherProcessTests {
  let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  @Test func aKilledReaderIsListedAndFreed() async throws {
    let environment = try Environment.open(path: directory.path)
    let database = try environment.openDatabases(["one"], create: true)[0]
    try environment.write { try $0.put(database, key(1).span, [1].span) }

    await #expect(processExitsWith: .signal(SIGKILL)) { [path = directory.path as String] in
      try Environment.open(path: path).read { _ in _ = kill(getpid(), SIGKILL) }
    }

    let left = try environment.readers()
    #expect(left.filter { $0.processID != Int(getpid()) }.map(\.transactionID) == [2])
    #expect(try environment.freeStaleReaders() == 1)
    #expect(try environment.freeStaleReaders() == 0)
  }

  @Test func aKilledWriterLeavesTheLastCommit() async throws {
    let environment = try Environment.open(path: directory.path)
    let database = try environment.openDatabases(["one"], create: true)[0]

    await #expect(processExitsWith: .signal(SIGKILL)) { [path = directory.path as String] in
      let environment = try Environment.open(path: path)
      let database = try environment.openDatabases(["one"], create: false)[0]
      try environment.write { try $0.put(database, key(1).span, [1].span) }
      try environment.write { transaction in
        try transaction.put(database, key(2).span, [2].span)
        _ = kill(getpid(), SIGKILL)
      }
    }

    try environment.write { try $0.put(database, key(3).span, [3].span) }
    #expect(try environment.read { try $0.get(database, key(1).span) } == [1])
    #expect(try environment.read { try $0.entryCount(database) } == 2)
  }

  @Test func aMapThatAnotherProcessMadeLargerIsTakenOver() async throws {
    var options = EnvironmentOptions()
    options.mapBytes = 1 << 20
    let environment = try Environment.open(path: directory.path, options: options)
    let database = try environment.openDatabases(["one"], create: true)[0]

    await #expect(processExitsWith: .success) { [path = directory.path as String] in
      let environment = try Environment.open(path: path)
      let database = try environment.openDatabases(["one"], create: false)[0]
      try environment.write { try $0.put(database, key(1).span, [UInt8](repeating: 7, count: 4 << 20).span) }
    }

    let count = try environment.read { try $0.get(database, key(1).span) { $0.count } }
    #expect(count == 4 << 20)
    try environment.write { try $0.put(database, key(2).span, [UInt8](repeating: 7, count: 2 << 20).span) }
    #expect(try environment.info().mapBytes > 1 << 20)
  }

  @Test func aLargerFileIsFollowedAsFarAsTheAddressSpaceGoes() async throws {
    let environment = try Environment.open(path: directory.path)
    let database = try environment.openDatabases(["one"], create: true)[0]
    let (isOpen, isLarger) = (directory.file("is-open"), directory.file("is-larger"))
    for fifo in [isOpen, isLarger] { unsafe mkfifo(fifo, 0o600) }
    // This process, with a map of 1 TiB, makes the file larger than the map of the other one, once that is open.
    let writer = Thread {
      close(unsafe open(isOpen, O_RDONLY))
      try? environment.write { try $0.put(database, key(1).span, [UInt8](repeating: 7, count: 4 << 20).span) }
      close(unsafe open(isLarger, O_WRONLY))
    }

    await #expect(processExitsWith: .success) { [path = directory.path as String] in
      var options = EnvironmentOptions()
      options.mapBytes = 1 << 20
      let environment = try Environment.open(path: path, options: options)
      let database = try environment.openDatabases(["one"], create: false)[0]
      close(unsafe open(path + "/is-open", O_WRONLY))
      close(unsafe open(path + "/is-larger", O_RDONLY))

      try limitAddressSpace(further: 6 << 30)
      #expect(try environment.read { try $0.get(database, key(1).span) { $0.count } } == 4 << 20)
      let mapBytes = try environment.info().mapBytes
      #expect(mapBytes >= 4 << 20 && mapBytes < 8 << 30)
    }

    // Should the other process have ended early, the writer is let go.
    close(unsafe open(isOpen, O_WRONLY | O_NONBLOCK))
    let reader = unsafe open(isLarger, O_RDONLY | O_NONBLOCK)
    writer.join()
    close(reader)
  }

  @Test func aLimitedAddressSpaceGetsASmallerMap() async throws {
    await #expect(processExitsWith: .success) { [path = directory.path as String] in
      try limitAddressSpace(further: 6 << 30)
      let environment = try Environment.open(path: path)
      let mapBytes = try environment.info().mapBytes
      #expect(mapBytes >= 1 << 30 && mapBytes < 8 << 30)
      #expect(environment.options.mapBytes == mapBytes)
      let database = try environment.openDatabases(["one"], create: true)[0]
      try environment.write { try $0.put(database, key(1).span, [1].span) }
      // What cannot be mapped is refused, and the old map still serves.
      let growing = #expect(throws: LMDBError.self) { try environment.grow(mapBytes: 16 << 30) }
      #expect(growing?.code == .outOfMemory)
      #expect(try environment.info().mapBytes == mapBytes)
      try environment.write { try $0.put(database, key(2).span, [1].span) }
      #expect(try environment.read { try $0.entryCount(database) } == 2)
      environment.close()

      var options = EnvironmentOptions()
      options.smallestMapBytes = 16 << 30
      let error = #expect(throws: LMDBError.self) { try Environment.open(path: path, options: options) }
      #expect(error?.code == .outOfMemory)
    }
  }

  @Test func aFailingWriteKeepsItsErrnoAndEarlierCommits() async throws {
    await #expect(processExitsWith: .success) { [path = directory.path as String] in
      signal(SIGXFSZ, SIG_IGN)
      let environment = try Environment.open(path: path)
      let database = try environment.openDatabases(["one"], create: true)[0]
      try environment.write { try $0.put(database, key(1).span, [1].span) }
      // No file of this process may grow beyond 1 MiB: the system's EFBIG stands for a device that refuses.
      var limit = rlimit(rlim_cur: 1 << 20, rlim_max: 1 << 20)
      let isLimited = unsafe setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0
      try #require(isLimited)
      let error = #expect(throws: LMDBError.self) {
        try environment.write { try $0.put(database, key(2).span, [UInt8](repeating: 7, count: 4 << 20).span) }
      }
      #expect(error?.code == .ioError || error?.code == .init(rawValue: EFBIG))
      #expect(error?.operation.rawValue == "commit")
      #expect(try environment.read { try $0.entryCount(database) } == 1)
      try environment.write { try $0.put(database, key(3).span, [3].span) }
      #expect(try environment.read { try $0.entryCount(database) } == 2)

      let copyError = #expect(throws: LMDBError.self) { try environment.copyCompact(to: "/dev/full/none") }
      #expect(copyError?.code == .init(rawValue: ENOTDIR))
    }
  }
}

/// Lets this process have so many bytes more of address space: what it has already is much under a sanitizer.
private func limitAddressSpace(further bytes: UInt) throws {
  let pages = try #require(Files.read("/proc/self/statm").split(separator: UInt8(ascii: " ")).first)
  let used = try #require(UInt(String(decoding: pages, as: UTF8.self))) * UInt(getpagesize())
  var limit = rlimit(rlim_cur: used + bytes, rlim_max: used + bytes)
  let isLimited = unsafe setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0
  try #require(isLimited)
}
