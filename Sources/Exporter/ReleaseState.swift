public import Digest
public import WheelModel

/// A document's bytes, at hand or to be read in pieces.
public enum DocumentBytes: Sendable {
  /// All bytes.
  case whole([UInt8])
  /// Opens a reader; may be called again after a failure.
  case pieces(@Sendable () throws -> any PieceReader)
}

/// Reads one document piece by piece, holding no transaction of the store in between.
public protocol PieceReader: AnyObject {
  /// Replaces `buffer` by the next bytes, at most 64 KiB; returns false at the end.
  func next(into buffer: inout [UInt8]) throws -> Bool
}

/// One document of an artifact, on its way to a target.
public struct DocumentState: Sendable {
  /// Which one.
  public var kind: DocumentKind
  /// The number of raw bytes.
  public var byteCount: UInt64
  /// The SHA-256 of the raw bytes.
  public var sha256: SHA256Digest
  /// The bytes.
  public var bytes: DocumentBytes

  /// Makes a document of its parts.
  public init(kind: DocumentKind, byteCount: UInt64, sha256: SHA256Digest, bytes: DocumentBytes) {
    self.kind = kind
    self.byteCount = byteCount
    self.sha256 = sha256
    self.bytes = bytes
  }

  /// Documents above this many raw bytes are "large": SQLite keeps them as blobs.
  static let largeBytes: UInt64 = 8 << 20

  /// Hands out the bytes in pieces.
  func forEachPiece(_ body: (Span<UInt8>) throws -> Void) throws {
    switch bytes {
    case .whole(let all): try body(all.span)
    case .pieces(let open):
      let reader = try open()
      var buffer: [UInt8] = []
      var total: UInt64 = 0
      while try reader.next(into: &buffer) {
        total += UInt64(buffer.count)
        guard total <= byteCount else { break }
        try body(buffer.span)
      }
      guard total == byteCount else {
        throw ExportError(
          .targetFailed, .inputOutput, operation: "read a document", cause: "its length is not the recorded one",
          hint: "wheelspool verify --data")
      }
    }
  }
}

/// One artifact's present state.
public struct ArtifactState: Sendable {
  /// The collector's fields.
  public var artifact: Artifact
  /// The change that last wrote its content.
  public var sequence: UInt64
  /// When that change was collected.
  public var collectedAt: Timestamp
  /// When its release was withdrawn.
  public var withdrawnAt: Timestamp?
  /// Its documents, in the order of their kinds.
  public var documents: [DocumentState]
  /// Its package rows.
  public var packages: PackageList

  /// Makes a state of its parts.
  public init(
    artifact: Artifact, sequence: UInt64, collectedAt: Timestamp, withdrawnAt: Timestamp?,
    documents: [DocumentState], packages: PackageList
  ) {
    self.artifact = artifact
    self.sequence = sequence
    self.collectedAt = collectedAt
    self.withdrawnAt = withdrawnAt
    self.documents = documents
    self.packages = packages
  }

  func document(_ kind: DocumentKind) -> DocumentState? { documents.first { $0.kind == kind } }

  var rawBytes: UInt64 { documents.reduce(0) { $0 + $1.byteCount } }
}

/// One release's whole present state, as a target is to hold it.
public struct ReleaseState: Sendable {
  /// The release.
  public var release: Release
  /// Its artifacts, in the order of their keys.
  public var artifacts: [ArtifactState]
  /// The drops that its artifacts name.
  public var drops: [Drop]

  /// Makes a state of its parts.
  public init(release: Release, artifacts: [ArtifactState], drops: [Drop]) {
    self.release = release
    self.artifacts = artifacts
    self.drops = drops
  }
}
