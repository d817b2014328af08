import LMDB
public import Threads
import WheelModel
import Zstd

/// A store of wheel collections: one directory, many readers, one collector.
///
/// Three rules. Everything a `read` body is handed lives until that body returns. Reads are short: never hold one across
/// a network wait or a page of output. All changes go through `writer`.
public final class Store: Sendable {
  /// The store's identity.
  public let id: StoreID
  /// The directory as given to `open`.
  public let path: String

  let directory: StoreDirectory
  let options: StoreOptions
  let cache: DocumentCache
  let decoders = DecoderPool()
  let mode: OpenMode
  /// Room for documents on their way in; documents that are kept no longer leave theirs to it.
  public let buffers = BufferPool()
  private let state: Lock<State>

  private struct State {
    var opened: OpenEnvironment?
    /// Held by a reader without a lock file, as long as it may read.
    var readerLock: LockFile?
    /// Held by a collector.
    var collectorLock: LockFile?
    var writer: StoreWriter?
  }

  private init(
    _ directory: StoreDirectory, _ mode: OpenMode, _ options: StoreOptions, _ marker: Marker, _ state: sending State
  ) {
    id = marker.id
    path = directory.path
    self.directory = directory
    self.mode = mode
    self.options = options
    cache = DocumentCache(limit: options.cacheBytes, buffers: buffers)
    self.state = Lock(state)
  }

  /// Opens the store in the directory at `path`, once everything that can be checked cheaply is found whole.
  ///
  /// Throws kind `unusable` for what is no store, damaged or newer, `busy` when another collector is at work, `localIO`.
  public static func open(
    path: String, mode: OpenMode = .read, options: StoreOptions = .init()
  ) throws(StoreError) -> Store {
    let directory = StoreDirectory(path: path)
    if mode == .read {
      let opening = StoreOpening(directory: directory, options: options, isCollector: false)
      let (marker, opened, readerLock) = try opening.open()
      return Store(directory, mode, options, marker, State(opened: opened, readerLock: readerLock))
    }
    let isNewAllowed = mode == .collect(create: true)
    if isNewAllowed { try FileSystem.makeDirectory(path) }
    guard FileSystem.isDirectory(path) else { throw StoreOpening.notAStore(path) }
    if !isNewAllowed, try directory.readMarker() == nil { throw StoreOpening.notAStore(path) }
    let lock = try StoreCreation.takeCollectorLock(directory)
    try lock.write("\(ProcessIdentity.pid)\n")
    if isNewAllowed, try directory.readMarker() == nil { try StoreCreation.create(directory, options) }
    try directory.removeRebuild()
    var opening = StoreOpening(directory: directory, options: options, isCollector: true)
    opening.isLenient = mode == .repair
    let (marker, opened, _) = try opening.open()
    let store = Store(directory, mode, options, marker, State(opened: opened, collectorLock: lock))
    store.startWriter(opened)
    guard mode != .repair else { return store }
    do throws(StoreError) {
      try store.writer.sweepLeftovers()
    } catch {
      store.close()
      throw error
    }
    return store
  }

  /// Runs `body` on the newest committed state and returns its result.
  ///
  /// Opens the data file anew when `compact` has replaced it. May be nested, and called by many threads at once.
  /// Throws `StoreError`, or what `body` throws.
  public func read<R>(_ body: (borrowing Snapshot) throws -> R) throws -> R {
    do {
      let opened = try current()
      return try opened.environment.read { transaction in
        try body(Snapshot(transaction: transaction.alias(), store: self, opened: opened))
      }
    } catch let error as LMDBError {
      throw StoreError(error, operation: "read \(path)", path: path)
    } catch let error as ZstdError {
      throw StoreError(error, operation: "read \(path)", path: path)
    }
  }

  /// The one writer of a store opened for collecting; traps on one opened for reading.
  public var writer: StoreWriter {
    guard let writer = state.withLock({ $0.writer }) else {
      preconditionFailure("a store opened for reading, or closed, has no writer")
    }
    return writer
  }

  /// The log's entries after `sequence`, oldest first, at most `limit`.
  public func changesSince(_ sequence: UInt64, limit: Int = 1024) throws -> [LogEntry] {
    try read { try $0.log(after: sequence, limit: limit) }
  }

  /// Opens a document to be read in pieces, each in a transaction of its own; nil when there is none of that id.
  public func document(_ id: UInt64) throws -> DocumentReader? {
    try read { try $0.documentInfo(id) }.map { DocumentReader(info: $0, store: self) }
  }

  /// Writes `message` and exits with `exitCode` where a data file that is damaged, or was cut while in use, would end the
  /// process with a signal. For programs, once, before a store is opened.
  public static func endOnDamage(message: String, exitCode: Int32) {
    DamageTrap.install(message: message, exitCode: exitCode)
  }

  /// Names the file system of the store where other machines may write too, and locks may not hold; nil for local ones.
  public var sharedFileSystem: String? { FileSystemKind.shared(at: path) }

  /// Waits for transactions under way and closes the files; everything later throws. Gives up the collector's lock.
  public func close() {
    let (opened, writer, lock) = state.withLock { state in
      defer { state = State() }
      return (state.opened, state.writer, state.collectorLock)
    }
    writer?.stop()
    opened?.environment.close()
    // Emptied, not removed: a lock file that comes and goes can be locked twice.
    try? lock?.write("")
  }

  deinit { close() }
}

extension Store {
  /// The environment, opened anew when the data file is another one than before, or the lock file is: that of a
  /// `compact` which ended between removing the one and replacing the other.
  func current() throws(StoreError) -> OpenEnvironment {
    guard let opened = state.withLock({ $0.opened }) else {
      throw .usage("read \(path)", "the store was closed")
    }
    // A collector keeps others from replacing the file, and replaces it itself through `exchange`.
    guard mode == .read, opened.environment.isReplaced else { return opened }
    return try state.withLock { state throws(StoreError) in
      if let newer = state.opened, newer !== opened { return newer }
      let opening = StoreOpening(directory: directory, options: options, isCollector: false)
      let (marker, opened, readerLock) = try opening.open()
      guard marker.id == id else {
        throw StoreError(
          .unusable, .notAStore, operation: "read \(path)", cause: "another store has taken the directory",
          hint: "start again")
      }
      state.opened = opened
      state.readerLock = readerLock
      return opened
    }
  }

  /// Starts the writer's thread on an environment.
  func startWriter(_ opened: OpenEnvironment) {
    let writer = StoreWriter(opened, directory, id, options, cache)
    state.withLock { state in
      state.opened = opened
      state.writer = writer
    }
  }

  /// Stops the writer and closes the environment, so that the data file can be replaced by `body`, then opens it anew.
  func exchange(_ body: () throws(StoreError) -> Void) throws(StoreError) {
    let (before, writer) = state.withLock { state in
      defer { state.writer = nil }
      return (state.opened, state.writer)
    }
    writer?.stop()
    before?.environment.close()
    let result: Result<Void, StoreError>
    do throws(StoreError) {
      try body()
      result = .success(())
    } catch {
      result = .failure(error)
    }
    let opening = StoreOpening(directory: directory, options: options, isCollector: true)
    startWriter(try opening.open().opened)
    try result.get()
  }
}
