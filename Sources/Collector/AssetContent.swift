public import Digest
public import SpoolStore
public import WheelModel

/// What was read from one asset.
///
/// Keeps its share of the budget until the last copy is gone: let go of it once the release is committed.
public struct AssetContent: Sendable {
  /// The documents: at hand, or in the store already when they are large. `constraintsFile` is always there.
  public let documents: [DocumentKind: DocumentContent]
  /// The package rows of the graph; empty without a graph.
  public let packages: PackageList
  /// The SHA-256 of the asset as it was downloaded.
  public let sha256: SHA256Digest
  /// The number of bytes downloaded.
  public let size: UInt64
  private let share: BudgetShare

  init(
    documents: [DocumentKind: DocumentContent], packages: PackageList, sha256: SHA256Digest, size: UInt64,
    share: BudgetShare
  ) {
    self.documents = documents
    self.packages = packages
    self.sha256 = sha256
    self.size = size
    self.share = share
  }

  /// The bytes of the shared budget that it holds.
  public var reservedBytes: Int { share.bytes }

  /// The SHA-256 of a document's bytes; nil when there is none.
  public func sha256(of kind: DocumentKind) -> SHA256Digest? {
    switch documents[kind] {
    case .bytes(_, let digest): digest
    case .stored(let prepared): prepared.sha256
    case nil: nil
    }
  }

  /// The number of a document's bytes; nil when there is none.
  public func rawBytes(of kind: DocumentKind) -> UInt64? {
    switch documents[kind] {
    case .bytes(let bytes, _): UInt64(bytes.count)
    case .stored(let prepared): prepared.rawBytes
    case nil: nil
    }
  }
}
