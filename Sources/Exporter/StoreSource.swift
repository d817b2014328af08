import Digest
import SpoolStore
import WheelModel

/// A store as the source of a replay. No transaction of the store outlives a call.
struct StoreSource: ReplaySource {
  let store: Store

  /// Documents up to this size are read ahead, as long as an artifact's sum stays below `aheadBytes`.
  private static let wholeBytes: UInt64 = 1 << 20
  private static let aheadBytes: UInt64 = 2 << 20

  var storeID: String { store.id.description }

  func sequence() throws -> UInt64 { try store.read { try $0.sequence } }

  func chain(at sequence: UInt64) throws -> SHA256Digest? { try store.read { try $0.chain(at: sequence) } }

  func repositories() throws -> [RepositoryKey] { try store.read { try $0.overview().repositories.map(\.key) } }

  func present(_ key: ReleaseKey) throws -> PresentRelease? { try store.read { try Self.present(key, in: $0) } }

  func scan(
    after start: UInt64, upTo end: UInt64,
    _ body: (UInt64, ReleaseKey, () throws -> PresentRelease?) throws -> Bool
  ) throws {
    var position = start
    while position < end {
      let isDone = try store.read { snapshot in
        let entries = try snapshot.log(after: position, limit: 1024)
        for entry in entries where entry.sequence <= end {
          guard try body(entry.sequence, entry.release, { try Self.present(entry.release, in: snapshot) }) else {
            return true
          }
          position = entry.sequence
        }
        return entries.last.map { $0.sequence >= end } ?? true
      }
      if isDone { return }
    }
  }

  func forEachRelease(of product: Text, _ body: (PresentRelease) throws -> Bool) throws {
    // The keys first: a comparison is too long for one transaction.
    let keys = try store.read { snapshot in
      var keys: [ReleaseKey] = []
      try snapshot.forEachRelease(in: .product(product)) { view in
        keys.append(view.key)
        return true
      }
      return keys
    }
    for key in keys {
      guard let present = try present(key) else { continue }
      guard try body(present) else { return }
    }
  }

  func load(_ release: PlannedRelease, readsAhead: Bool, deliver: (ReleasePiece) -> Bool) throws {
    let key = release.key
    let head = try current(release) { snapshot in
      guard let stored = try snapshot.release(key) else { throw Superseded() }
      return stored.release
    }
    guard deliver(.release(head)) else { return }
    var dropKeys: Set<Text> = []
    for artifactKey in release.artifactKeys {
      let id = ArtifactID(key.repository, key: artifactKey)
      let state = try current(release) { snapshot in
        guard let stored = try snapshot.artifact(id) else { throw Self.missing("artifact", of: release) }
        return try assemble(stored, of: release, snapshot, readsAhead: readsAhead)
      }
      dropKeys.formUnion(state.artifact.dropKeys)
      guard deliver(.artifact(state)) else { return }
    }
    let drops = try current(release) { snapshot in
      try dropKeys.sorted().map { name in
        guard let drop = try snapshot.drop(product: key.repository.product, key: name) else {
          throw Self.missing("drop", of: release)
        }
        return drop
      }
    }
    _ = deliver(.end(drops))
  }

  /// Looks at the store, unless the release has changed since it was planned.
  private func current<R>(_ release: PlannedRelease, _ body: (borrowing Snapshot) throws -> R) throws -> R {
    try store.read { snapshot in
      guard try snapshot.releaseView(release.key)?.sequence == release.sequence else { throw Superseded() }
      return try body(snapshot)
    }
  }

  private func assemble(
    _ stored: StoredArtifact, of release: PlannedRelease, _ snapshot: borrowing Snapshot, readsAhead: Bool
  ) throws -> ArtifactState {
    var documents: [DocumentState] = []
    var ahead: UInt64 = 0
    for (kind, info) in stored.documents.sorted(by: { $0.key < $1.key }) {
      var bytes = DocumentBytes.pieces { [self] in StorePieces(try reader(of: info.id, for: release)) }
      if readsAhead, info.bytes <= Self.wholeBytes, ahead + info.bytes <= Self.aheadBytes,
        let whole = try snapshot.document(info.id)
      {
        bytes = .whole(whole)
        ahead += info.bytes
      }
      documents.append(DocumentState(kind: kind, byteCount: info.bytes, sha256: info.sha256, bytes: bytes))
    }
    return ArtifactState(
      artifact: stored.artifact, sequence: stored.sequence, collectedAt: stored.collectedAt,
      withdrawnAt: stored.withdrawnAt, documents: documents,
      packages: try snapshot.packageList(document: stored.packages))
  }

  /// Opens a document. That of a release which is still as planned and has lost it is damage, not a later change.
  private func reader(of document: UInt64, for release: PlannedRelease) throws -> DocumentReader {
    if let reader = try store.document(document) { return reader }
    let isCurrent = try store.read { try $0.releaseView(release.key)?.sequence == release.sequence }
    throw isCurrent ? Self.missing("document", of: release) : Superseded()
  }

  private static func missing(_ what: String, of release: PlannedRelease) -> any Error {
    StoreError(
      .unusable, .damaged, operation: "read release " + SafeText.escape(release.key.tag),
      cause: "a record of its \(what)s is missing", hint: "wheelspool verify --data")
  }

  private static func present(_ key: ReleaseKey, in snapshot: borrowing Snapshot) throws -> PresentRelease? {
    guard let view = try snapshot.releaseView(key) else {
      // Only a repair takes releases away: it is not enough that this one cannot be found.
      try snapshot.confirmCount(of: .releases)
      return nil
    }
    let keys = view.artifactKeys
    var bytes: UInt64 = 0
    var rows: UInt64 = 0
    for artifactKey in keys {
      guard let artifact = try snapshot.artifactView(ArtifactID(key.repository, key: artifactKey)) else { continue }
      rows += artifact.packageRows
      for kind in DocumentKind.allCases { bytes += artifact.document(kind)?.bytes ?? 0 }
    }
    return PresentRelease(
      key: key, sequence: view.sequence, isWithdrawn: view.withdrawnAt != nil, artifactKeys: keys, rawBytes: bytes,
      packageRows: rows)
  }
}

/// Reads a stored document piece by piece.
private final class StorePieces: PieceReader {
  private let reader: DocumentReader

  init(_ reader: DocumentReader) { self.reader = reader }

  func next(into buffer: inout [UInt8]) throws -> Bool {
    do throws(StoreError) { return try reader.next(into: &buffer) } catch {
      if error.code == .superseded { throw Superseded() }
      throw error
    }
  }
}
