/// How an environment is opened.
public struct EnvironmentOptions: Sendable {
  /// The size of the map in bytes: the most the file may grow to. Costs address space only.
  ///
  /// Halved until it fits where the address space is limited, down to `smallestMapBytes`.
  public var mapBytes = 1 << 40
  /// Where halving ends and `outOfMemory` is thrown.
  public var smallestMapBytes = 16 << 20
  /// The most named databases.
  public var maxDatabases = 16
  /// The most read transactions at one time, all processes together; only the first opener's figure counts.
  public var maxReaders = 512
  /// Opens for reading; no file is created but, where the directory allows it, the lock file.
  public var isReadOnly = false
  /// Opens without the lock file: the caller sees to it that nobody writes meanwhile.
  public var noLock = false
  /// The permissions of files that are created.
  public var mode: UInt32 = 0o644

  /// Makes the default options.
  public init() {}
}
