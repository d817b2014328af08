import LMDB
public import WheelModel

extension Snapshot {
  /// One release in full; nil when it is not there.
  public func release(_ key: ReleaseKey) throws -> StoredRelease? { try releaseView(key)?.stored }

  /// One release's record, to look at single fields; nil when it is not there.
  public func releaseView(_ key: ReleaseKey) throws -> ReleaseView? {
    let recordKey = StoreKey.release(key)
    return try transaction.record(tables.releases, recordKey)?
      .decoded(tables.releases, recordKey) { ReleaseView($0) }
  }

  /// Walks releases in the order of their keys until `body` returns false.
  ///
  /// A walk that reaches its end compares the number of all records with the store's counter and throws `damaged` when
  /// they differ.
  public func forEachRelease(in scope: Scope = .all, _ body: (ReleaseView) throws -> Bool) throws {
    var place = WalkPlace()
    try forEachRelease(in: scope, from: &place, body)
  }

  /// As above, going on after the record at which an earlier walk of the same scope stopped, in this snapshot or before.
  public func forEachRelease(
    in scope: Scope, from place: inout WalkPlace, _ body: (ReleaseView) throws -> Bool
  ) throws {
    try walk(tables.releases, prefix: StoreKey.prefix(scope), from: &place, { ReleaseView($0) }, body)
  }

  /// One artifact in full; nil when it is not there.
  public func artifact(_ id: ArtifactID) throws -> StoredArtifact? { try artifactView(id)?.stored }

  /// One artifact's record, to look at single fields; nil when it is not there.
  public func artifactView(_ id: ArtifactID) throws -> ArtifactView? {
    let key = StoreKey.artifact(id)
    return try transaction.record(tables.artifacts, key)?.decoded(tables.artifacts, key) { ArtifactView($0) }
  }

  /// The artifacts of a release in the order of their keys; empty when there is no such release.
  public func artifacts(of release: ReleaseKey) throws -> [StoredArtifact] {
    try artifactViews(of: release).map(\.stored)
  }

  /// The artifacts' records of a release in the order of their keys; empty when there is no such release.
  public func artifactViews(of release: ReleaseKey) throws -> [ArtifactView] {
    try (releaseView(release)?.artifactKeys ?? []).map { key in
      let id = ArtifactID(release.repository, key: key)
      guard let view = try artifactView(id) else {
        throw StoreError.missingArtifact(id)
      }
      return view
    }
  }

  /// Walks artifacts in the order of their keys until `body` returns false; as `forEachRelease`.
  public func forEachArtifact(in scope: Scope = .all, _ body: (ArtifactView) throws -> Bool) throws {
    var place = WalkPlace()
    try forEachArtifact(in: scope, from: &place, body)
  }

  /// As above, going on after the record at which an earlier walk of the same scope stopped, in this snapshot or before.
  public func forEachArtifact(
    in scope: Scope, from place: inout WalkPlace, _ body: (ArtifactView) throws -> Bool
  ) throws {
    try walk(tables.artifacts, prefix: StoreKey.prefix(scope), from: &place, { ArtifactView($0) }, body)
  }

  /// Which release holds an artifact key in its repository; nil when none does.
  public func owner(of id: ArtifactID) throws -> ReleaseKey? { try artifactView(id)?.release }

  /// One drop; nil when it is not there.
  public func drop(product: Text, key: Text) throws -> Drop? {
    let recordKey = StoreKey.drop(product: product, key: key)
    return try transaction.record(tables.drops, recordKey)?
      .decoded(tables.drops, recordKey) { DropRecord($0)?.drop }
  }

  /// Walks drops in the order of their keys, of all products or of one, until `body` returns false, going on after the
  /// record at which an earlier walk stopped.
  public func forEachDrop(
    product: Text? = nil, from place: inout WalkPlace, _ body: (DropView) throws -> Bool
  ) throws {
    let prefix = StoreKey.prefix(product.map { .product($0) } ?? .all)
    try walk(tables.drops, prefix: prefix, from: &place, { DropView($0) }, body)
  }

  /// Walks open failures in the order of repository, tag and asset until `body` returns false.
  public func forEachFailure(in scope: Scope = .all, _ body: (Failure) throws -> Bool) throws {
    try walk(tables.failures, prefix: StoreKey.prefix(scope), { FailureRecord.read($0) }, body)
  }

  /// The open failures of one release; with nil those of the repository's listing.
  public func failures(of repository: RepositoryKey, tag: Text?) throws -> [Failure] {
    var failures: [Failure] = []
    let prefix = StoreKey.failures(of: repository, tag: tag)
    // One release's are few, and asked for often: all of them are not counted each time.
    try walk(tables.failures, prefix: prefix, isWhole: false, { FailureRecord.read($0) }) { failure in
      failures.append(failure)
      return true
    }
    return failures
  }

  /// Walks runs, newest first, until `body` returns false.
  public func forEachRun(_ body: (RunRecord) throws -> Bool) throws {
    let table = tables.runs
    var count = 0
    var goesOn = true
    try transaction.forEach(table.database, reversed: true) { key, value in
      count += 1
      goesOn = try body(Record(sealed: value, table: table, key: key).decoded(table, key.copied) { RunRecord($0) })
      return goesOn
    }
    if goesOn { try checkCount(count, table) }
  }

  /// The listing state of a repository; nil before its first walk.
  public func source(_ repository: RepositoryKey) throws -> SourceState? {
    let key = StoreKey.repository(repository)
    return try transaction.record(tables.sources, key)?.decoded(tables.sources, key) { SourceState($0) }
  }

  /// Walks a whole database and compares its count with the store's counter, so that "not found", and that there is no
  /// more than was found, can be believed.
  ///
  /// Throws `damaged` when records are missing.
  public func confirmCount(of family: RecordFamily) throws {
    let table =
      switch family {
      case .releases: tables.releases
      case .artifacts: tables.artifacts
      case .drops: tables.drops
      case .packages: tables.packages
      }
    try confirmCount(table)
    if family == .packages { try confirmCount(tables.members) }
  }

  /// Counts the records of a database. Their seals are checked, which cover the keys: one whose key has changed would lie
  /// where nobody looks for it, and be counted all the same.
  func confirmCount(_ table: Table) throws {
    var count = 0
    try transaction.forEach(table.database) { key, value in
      try Seal.check(value, table: table, key: key)
      count += 1
      return true
    }
    try checkCount(count, table)
  }

  private func walk<T>(
    _ table: Table, prefix: [UInt8], isWhole: Bool = true, _ form: (Record) -> T?, _ body: (T) throws -> Bool
  ) throws {
    var place = WalkPlace()
    try walk(table, prefix: prefix, isWhole: isWhole, from: &place, form, body)
  }

  /// Walks the records of a prefix; with `isWhole` a walk that reaches the end has the count of all records checked.
  private func walk<T>(
    _ table: Table, prefix: [UInt8], isWhole: Bool = true, from place: inout WalkPlace, _ form: (Record) -> T?,
    _ body: (T) throws -> Bool
  ) throws {
    var count = place.count
    var stop: [UInt8]?
    var previous = place.key
    try transaction.forEach(table.database, from: previous ?? prefix) { key, value in
      if let last = previous.take(), key.isEqual(to: last.span) { return true }
      guard prefix.isEmpty || key.starts(with: prefix) else { return false }
      let record = try Record(sealed: value, table: table, key: key)
      guard let value = form(record) else {
        throw StoreError.damaged(table.name, key, "fields are missing")
      }
      count += 1
      if try body(value) { return true }
      stop = key.copied
      return false
    }
    let now = try sequence
    let began = place.sequence ?? now
    (place.key, place.count, place.sequence) = (stop, count, began)
    guard stop == nil, isWhole else { return }
    guard prefix.isEmpty else { return try confirmCount(table) }
    if began == now { return try checkCount(count, table) }
    // What was counted before has changed since: all of it is looked at once more.
    try walk(table, prefix: [], { $0 }) { _ in true }
  }
}

extension StoreError {
  static func missingArtifact(_ id: ArtifactID) -> StoreError {
    let key = StoreKey.artifact(id)
    return .damaged("artifacts", key.span, "its release names it, but it is not there")
  }
}
