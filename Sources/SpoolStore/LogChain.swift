import Digest
import WheelModel

/// The chain of hashes that binds each change to all changes before it.
enum LogChain {
  /// The chain before the first change.
  static func genesis(_ store: StoreID) -> SHA256Digest {
    SHA256.hash((Array("wheelspool log\0".utf8) + store.bytes).span)
  }

  /// The chain after one more change.
  static func next(
    _ previous: SHA256Digest, sequence: UInt64, operation: LogOperation, release: ReleaseKey, recordHash: SHA256Digest
  ) -> SHA256Digest {
    var bytes = previous.bytes
    Fixed.appendBigEndian(sequence, to: &bytes)
    bytes.append(operation.rawValue)
    for text in [release.repository.product, release.repository.repository, release.tag] {
      StoreKey.append(text, to: &bytes)
    }
    bytes += recordHash.bytes
    return SHA256.hash(bytes.span)
  }
}
