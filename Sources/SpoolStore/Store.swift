/// A store of wheel collections: one directory, many readers, one collector.
///
/// Three rules. Everything a `read` body is handed lives until that body returns. Reads are short: never hold one across
/// a network wait or a page of output. All changes go through `writer`.
public final class Store: Sendable {
  /// The store's identity.
  public let id: StoreID
  /// The directory as given to `open`.
  public let path: String

  init(id: StoreID, path: String) {
    self.id = id
    self.path = path
  }

  /// Opens the store in the directory at `path`, once everything that can be checked cheaply is found whole.
  ///
  /// Throws kind `unusable` for what is no store, damaged or newer, `busy` when another collector is at work, `localIO`.
  public static func open(
    path: String, mode: OpenMode = .read, options: StoreOptions = .init()
  ) throws(StoreError) -> Store {
    fatalError("unfinished")
  }

  /// Runs `body` on the newest committed state and returns its result.
  ///
  /// Opens the data file anew when `compact` has replaced it. Throws `StoreError`, or what `body` throws.
  public func read<R>(_ body: (borrowing Snapshot) throws -> R) throws -> R { fatalError("unfinished") }

  /// The one writer of a store opened for collecting; traps on one opened for reading.
  public var writer: StoreWriter { fatalError("unfinished") }

  /// The log's entries after `sequence`, oldest first, at most `limit`.
  public func changesSince(_ sequence: UInt64, limit: Int = 1024) throws -> [LogEntry] {
    try read { try $0.log(after: sequence, limit: limit) }
  }

  /// Opens a document to be read in pieces, each in a transaction of its own; nil when there is none of that id.
  public func document(_ id: UInt64) throws -> DocumentReader? { fatalError("unfinished") }

  /// Waits for transactions under way and closes the files; everything later throws. Gives up the collector's lock.
  public func close() { fatalError("unfinished") }
}
