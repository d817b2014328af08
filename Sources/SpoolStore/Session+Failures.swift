import LMDB
import WheelModel

extension Session {
  func put(_ failure: Failure) throws {
    try transaction.put(tables.failures, StoreKey.failure(failure), FailureRecord.writer(failure))
  }

  /// The failures of a release, or of a repository's listing when `tag` is nil.
  func failures(of repository: RepositoryKey, tag: Text?) throws -> [Failure] {
    let prefix = StoreKey.failures(of: repository, tag: tag)
    return try transaction.read.keys(tables.failures, prefix: prefix).compactMap { key in
      try transaction.read.record(tables.failures, key)?.decoded(tables.failures, key) { FailureRecord.read($0) }
    }
  }

  /// Drops the failures of a release, or of a repository's listing when `tag` is nil; returns how many.
  func clearFailures(of repository: RepositoryKey, tag: Text?) throws -> Int {
    let keys = try transaction.read.keys(tables.failures, prefix: StoreKey.failures(of: repository, tag: tag))
    for key in keys { try transaction.delete(tables.failures, key) }
    return keys.count
  }
}
