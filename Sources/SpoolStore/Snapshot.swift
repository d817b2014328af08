public import Digest
public import WheelModel

/// The store at one moment, lent to the body of `Store.read`.
public struct Snapshot: ~Copyable {
  /// The last change's number.
  public var sequence: UInt64 { get throws { fatalError("unfinished") } }

  /// The chain hash after the change `sequence`; that of 0 depends on the store's id only. Nil for what is yet to come.
  public func chain(at sequence: UInt64) throws -> SHA256Digest? { fatalError("unfinished") }

  /// The log's entries after `sequence`, oldest first, at most `limit`.
  public func log(after sequence: UInt64, limit: Int) throws -> [LogEntry] { fatalError("unfinished") }

  /// The store in numbers.
  public func overview() throws -> Overview { fatalError("unfinished") }

  /// What the store takes on disk.
  public func sizes() throws -> StoreSizes { fatalError("unfinished") }
}

extension Snapshot {
  /// One release in full; nil when it is not there.
  public func release(_ key: ReleaseKey) throws -> StoredRelease? { fatalError("unfinished") }

  /// One release's record, to look at single fields.
  public func releaseView(_ key: ReleaseKey) throws -> ReleaseView? { fatalError("unfinished") }

  /// Walks releases in the order of their keys until `body` returns false.
  ///
  /// A walk of everything that reaches the end compares its count with the store's counter and throws `damaged` when
  /// they differ.
  public func forEachRelease(in scope: Scope = .all, _ body: (ReleaseView) throws -> Bool) throws {
    fatalError("unfinished")
  }

  /// One artifact in full; nil when it is not there.
  public func artifact(_ id: ArtifactID) throws -> StoredArtifact? { fatalError("unfinished") }

  /// One artifact's record, to look at single fields.
  public func artifactView(_ id: ArtifactID) throws -> ArtifactView? { fatalError("unfinished") }

  /// The artifacts of a release in the order of their keys; empty when there is no such release.
  public func artifacts(of release: ReleaseKey) throws -> [StoredArtifact] { fatalError("unfinished") }

  /// Walks artifacts in the order of their keys until `body` returns false; as `forEachRelease`.
  public func forEachArtifact(in scope: Scope = .all, _ body: (ArtifactView) throws -> Bool) throws {
    fatalError("unfinished")
  }

  /// Which release holds an artifact key in its repository.
  public func owner(of id: ArtifactID) throws -> ReleaseKey? { fatalError("unfinished") }

  /// One drop; nil when it is not there.
  public func drop(product: Text, key: Text) throws -> Drop? { fatalError("unfinished") }

  /// Walks drops in the order of their keys, of all products or of one, until `body` returns false.
  public func forEachDrop(product: Text? = nil, _ body: (Drop) throws -> Bool) throws { fatalError("unfinished") }

  /// Walks open failures in the order of repository, tag and asset until `body` returns false.
  public func forEachFailure(in scope: Scope = .all, _ body: (Failure) throws -> Bool) throws {
    fatalError("unfinished")
  }

  /// The open failures of one release; with nil those of the repository's listing.
  public func failures(of repository: RepositoryKey, tag: Text?) throws -> [Failure] { fatalError("unfinished") }

  /// Walks runs, newest first, until `body` returns false.
  public func forEachRun(_ body: (RunRecord) throws -> Bool) throws { fatalError("unfinished") }

  /// The listing state of a repository; nil before its first walk.
  public func source(_ repository: RepositoryKey) throws -> SourceState? { fatalError("unfinished") }

  /// Walks a whole database and compares its count with the store's counter, so that "not found" can be believed.
  ///
  /// Throws `damaged` when records are missing.
  public func confirmCount(of family: RecordFamily) throws { fatalError("unfinished") }
}

extension Snapshot {
  /// What the store knows of a document without decoding it; nil when there is none of that id.
  public func documentInfo(_ id: UInt64) throws -> DocumentInfo? { fatalError("unfinished") }

  /// A document's exact bytes, held whole; nil when there is none of that id.
  public func document(_ id: UInt64) throws -> [UInt8]? { fatalError("unfinished") }

  /// Hands out a document's exact bytes in pieces of at most 64 KiB; returns false when there is none of that id.
  ///
  /// Holds this snapshot all the while; for long work see `Store.document`.
  public func streamDocument(_ id: UInt64, _ body: (Span<UInt8>) throws -> Void) throws -> Bool {
    fatalError("unfinished")
  }

  /// An artifact's package rows; nil when there is no such artifact.
  public func packageList(of id: ArtifactID) throws -> PackageList? { fatalError("unfinished") }

  /// The package rows of an internal document, as `StoredArtifact.packages` names it.
  public func packageList(document: DocumentInfo) throws -> PackageList { fatalError("unfinished") }

  /// In which artifacts a package is, and at which versions: for each lineage the artifacts in the order they came in.
  ///
  /// `name` is compared as it is: canonical, lower-case. Costs what the answer is long. Stops when `body` returns false.
  public func forEachUse(ofPackage name: Text, _ body: (PackageUse) throws -> Bool) throws { fatalError("unfinished") }

  /// As `forEachUse`, gathered.
  public func packageHistory(_ name: Text) throws -> [PackageUse] {
    var uses: [PackageUse] = []
    try forEachUse(ofPackage: name) { use in
      uses.append(use)
      return true
    }
    return uses
  }

  /// Walks the names of all packages that some artifact has or had, in byte order, until `body` returns false.
  public func forEachPackageName(_ body: (Text) throws -> Bool) throws { fatalError("unfinished") }
}
