import LMDB
import WheelModel

extension Session {
  func put(_ failure: Failure) throws {
    try transaction.put(tables.failures, StoreKey.failure(failure), FailureRecord.writer(failure))
  }

  /// Drops the failures of a release, or of a repository's listing when `tag` is nil; returns how many.
  func clearFailures(of repository: RepositoryKey, tag: Text?) throws -> Int {
    let keys = try transaction.read.keys(tables.failures, prefix: StoreKey.failures(of: repository, tag: tag))
    for key in keys { try transaction.delete(tables.failures, key) }
    return keys.count
  }
}
