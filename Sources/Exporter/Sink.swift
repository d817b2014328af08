import WheelModel

/// A target of an export. Used from one thread; knows nothing of the store but the id it is opened for.
///
/// A batch is `begin`, then for each planned release in order `write(release:)`, its artifacts and `endRelease`, then
/// `commit`. Whatever throws in between, the batch is given up with `abandon` and nothing of it is in the target.
/// Errors are `ExportError`; those marked transient are worth `close` and `open`. A value that the target's type
/// refuses either becomes an issue of the batch or, in a batch that is not careful, throws `.refusedValue`.
protocol Sink: AnyObject {
  /// Connects, waits for the lock, and brings the target's tables up to date. Does nothing when open.
  func open() throws
  /// Connects without a lock and without writing. Returns the version of the tables; nil when there are none.
  func openForReading() throws -> Int?
  /// Lets go of the target; what was not committed is not in it.
  func close()

  /// This store's position of each product.
  func marks() throws -> [Text: TargetMark]
  /// Those of `repositories` whose rows belong to another store, with its id.
  func foreignOwners(of repositories: [RepositoryKey]) throws -> [RepositoryKey: String]
  /// Makes this store the owner of `repositories`, sets their products' watermarks to `start` and asks for a sweep.
  func takeOver(_ repositories: [RepositoryKey], products: [Text], start: Watermark) throws

  /// Begins one transaction and moves the watermarks in it.
  func begin(_ plan: BatchPlan) throws
  /// Replaces a release's own row.
  func write(release: Release) throws
  /// Replaces an artifact with its documents and package rows.
  func write(artifact: ArtifactState) throws
  /// Ends the release with the drops its artifacts name.
  func endRelease(_ drops: [Drop]) throws
  /// Makes the batch durable.
  func commit() throws -> BatchResult
  /// Gives the batch up.
  func abandon()

  /// Removes what this store wrote of a product and `isKept` does not know any more, and ends the need for a sweep.
  /// Removes rows that hang on nothing, too.
  func sweep(_ product: Text, isKept: (ReleaseKey) throws -> Bool) throws -> Swept
  /// Forgets what this store has set aside of releases that `isKept` does not know, whose tag may be in its storable form.
  func clearIssues(of product: Text, isKept: (ReleaseKey) -> Bool) throws
  /// How many values are set aside for this store.
  func openIssues(of products: [Text]) throws -> Int
  /// Compares one release; adds what differs.
  func compare(_ state: ReleaseState, readsData: Bool, into report: inout TargetVerification) throws
  /// Walks the releases of a product that belong to this store.
  func forEachRelease(of product: Text, _ body: (ReleaseKey) throws -> Void) throws
  /// Walks the rows of a product that hang on nothing, each key once a table.
  func forEachStray(of product: Text, _ body: (Table, Text) throws -> Void) throws
}

extension Sink {
  /// Writes whole states as one batch, moving `moves`.
  func apply(_ states: [ReleaseState], moves: [WatermarkMove], isCareful: Bool = false) throws -> BatchResult {
    var plan = BatchPlan(moves: moves, isCareful: isCareful)
    plan.releases = states.map { state in
      PlannedRelease(
        key: state.release.key, sequence: state.release.sequence, artifactKeys: state.artifacts.map(\.artifact.id.key),
        rawBytes: state.artifacts.reduce(0) { $0 + $1.rawBytes })
    }
    do {
      try begin(plan)
      for state in states {
        try write(release: state.release)
        for artifact in state.artifacts { try write(artifact: artifact) }
        try endRelease(state.drops)
      }
      return try commit()
    } catch {
      abandon()
      throw error
    }
  }
}
