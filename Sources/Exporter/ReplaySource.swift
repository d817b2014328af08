import Digest
import WheelModel

/// What a replay reads: a store, or in tests a value that stands for one. Every call is one short look.
protocol ReplaySource: Sendable {
  var storeID: String { get }
  /// The last change's number.
  func sequence() throws -> UInt64
  /// The chain after a change; nil for what is yet to come.
  func chain(at sequence: UInt64) throws -> SHA256Digest?
  /// All repositories that have releases.
  func repositories() throws -> [RepositoryKey]
  /// What the source knows of a release now; nil when it is not there.
  func present(_ key: ReleaseKey) throws -> PresentRelease?
  /// Walks the log after `start` up to `end` until `body` returns false. `present` is asked within the same look.
  func scan(
    after start: UInt64, upTo end: UInt64,
    _ body: (_ sequence: UInt64, _ key: ReleaseKey, _ present: () throws -> PresentRelease?) throws -> Bool
  ) throws
  /// Walks the releases of a product in the order of their keys until `body` returns false.
  func forEachRelease(of product: Text, _ body: (PresentRelease) throws -> Bool) throws
  /// Hands out a release in pieces until `deliver` returns false. Small documents are read at once when `readsAhead`.
  ///
  /// Throws `Superseded` as soon as the release's sequence is not the planned one any more.
  func load(_ release: PlannedRelease, readsAhead: Bool, deliver: (ReleasePiece) -> Bool) throws
}

/// A release's head, as planning needs it.
struct PresentRelease: Sendable {
  var key: ReleaseKey
  var sequence: UInt64
  var isWithdrawn: Bool
  var artifactKeys: [Text]
  /// The raw bytes of its documents.
  var rawBytes: UInt64
  /// The package rows of its artifacts.
  var packageRows: UInt64
}

/// A part of a release, in the order a sink takes them.
enum ReleasePiece: Sendable {
  case release(Release)
  case artifact(ArtifactState)
  case end([Drop])
  case failed(any Error)
}

/// A later change has made the planned one void.
struct Superseded: Error {}

extension ReplaySource {
  /// Gathers a whole release, documents to be read in pieces.
  func state(of release: PlannedRelease) throws -> ReleaseState {
    var gathered: Release?
    var artifacts: [ArtifactState] = []
    var drops: [Drop] = []
    try load(release, readsAhead: false) { piece in
      switch piece {
      case .release(let release): gathered = release
      case .artifact(let artifact): artifacts.append(artifact)
      case .end(let named): drops = named
      case .failed: return false
      }
      return true
    }
    guard let gathered else { throw Superseded() }
    return ReleaseState(release: gathered, artifacts: artifacts, drops: drops)
  }
}
