import Digest
import Postgres
import WheelModel

extension PostgresSink {
  func begin(_ plan: BatchPlan) throws {
    precondition(batch == nil, "one batch at a time")
    var batch = PostgresBatch(plan)
    var present = 0
    var gone: [RepositoryKey: [String]] = [:]
    var steps = PostgresSteps()
    steps.add(Self.begin)
    for repository in plan.repositories { addOwnership(of: repository, to: &steps) }
    for move in plan.moves { addMove(move, to: &steps) }
    for (repository, keys) in plan.artifactKeys.sorted(by: { $0.key < $1.key }) {
      let scope: [Parameter] = [.text(repository.product.string), .text(repository.repository.string)]
      let sendable = keys.filter { !$0.utf8.contains(0) }.map(\.string)
      steps.add(
        """
        SELECT count(*) FROM \(schema.name(.artifacts))
        WHERE product_key = $1 AND repository_key = $2 AND artifact_key = ANY ($3)
        """, scope + [.textArray(sendable)]
      ) { present += Int(clamping: $0.integer(0, 0) ?? 0) }
      steps.add(
        """
        DELETE FROM \(schema.name(.packages))
        WHERE product_key = $1 AND repository_key = $2 AND artifact_key = ANY ($3)
        """, scope + [.textArray(sendable)])
      steps.add(
        """
        DELETE FROM \(schema.name(.issues))
        WHERE product_key = $1 AND repository_key = $2 AND store_id = $3 AND artifact_key = ANY ($4)
        """, scope + [.text(storeID), .textArray(keys.map(ExportIssue.storable))])
    }
    for release in plan.releases {
      addReplacement(of: release, to: &steps) { keys in
        if !keys.isEmpty { gone[release.key.repository, default: []] += keys }
      }
    }
    try with { try steps.run(on: $0, operation: "begin a batch") }
    batch.needsUpsert = present > 0 || plan.isCareful
    batch.goneKeys = gone
    self.batch = batch
  }

  /// Whatever the role's defaults are: each statement sees what other exporters have committed before it.
  static let begin = "BEGIN ISOLATION LEVEL READ COMMITTED"

  /// Waits for other stores that are about to settle the product's drops, which several repositories may share.
  ///
  /// Taken last and held to the end only, in the order of the products, so that no two exporters wait for each other.
  func addDropLocks(of products: some Sequence<Text>, to steps: inout PostgresSteps) {
    for product in Set(products).sorted() {
      steps.add("SELECT pg_advisory_xact_lock($1)", [.integer(lockNumber("drops", product.string))])
    }
  }

  /// Waits for other writers of the repository, and makes sure that its rows are this store's.
  private func addOwnership(of repository: RepositoryKey, to steps: inout PostgresSteps) {
    let (product, name) = (repository.product.string, repository.repository.string)
    steps.add("SELECT pg_advisory_xact_lock($1)", [.integer(lockNumber("repository", product, name))])
    // All rows of a repository have one owner, so that any row tells.
    steps.add(
      "SELECT store_id FROM \(schema.name(.releases)) WHERE product_key = $1 AND repository_key = $2 LIMIT 1",
      [.text(product), .text(name)]
    ) { [storeID] answer in
      guard answer.rowCount > 0, let owner = answer.string(0, 0), owner != storeID else { return }
      throw Ownership.refusal(repository, owner: owner, storeID: storeID)
    }
  }

  private func addMove(_ move: WatermarkMove, to steps: inout PostgresSteps) {
    var values: [Parameter] = [
      .text(move.product.string), .text(storeID), .integer(Int64(clamping: move.to.sequence)),
      .text(move.to.chain.hex),
    ]
    let sql: String
    if let from = move.from {
      values += [.integer(Int64(clamping: from.sequence)), .text(from.chain.hex)]
      sql = """
        UPDATE \(schema.name(.watermarks)) SET sequence = $3, chain = $4, updated_at = now()
        WHERE product_key = $1 AND store_id = $2 AND sequence = $5 AND chain = $6
        """
    } else {
      sql = """
        INSERT INTO \(schema.name(.watermarks)) (product_key, store_id, sequence, chain, sweep, updated_at)
        VALUES ($1, $2, $3, $4, false, now()) ON CONFLICT DO NOTHING
        """
    }
    steps.add(sql, values) { answer in
      guard answer.affectedRows == 1 else { throw Ownership.movedMeanwhile(move.product) }
    }
  }

  private func addReplacement(
    of release: PlannedRelease, to steps: inout PostgresSteps, gone: @escaping ([String]) -> Void
  ) {
    let repository: [Parameter] = [
      .text(release.key.repository.product.string), .text(release.key.repository.repository.string),
    ]
    steps.add(
      """
      DELETE FROM \(schema.name(.issues))
      WHERE product_key = $1 AND repository_key = $2 AND tag = $3 AND store_id = $4
      """, repository + [.text(ExportIssue.storable(release.key.tag)), .text(storeID)])
    // A key with a NUL was never written: there is nothing else to replace.
    guard !release.key.tag.utf8.contains(0) else { return }
    let scope = repository + [.text(release.key.tag.string)]
    let keys = release.isDeletion ? [] : release.artifactKeys.map(\.string)
    steps.add(
      """
      DELETE FROM \(schema.name(.artifacts))
      WHERE product_key = $1 AND repository_key = $2 AND tag = $3 AND NOT artifact_key = ANY ($4)
      RETURNING artifact_key
      """, scope + [.textArray(keys.filter { !$0.utf8.contains(0) })]
    ) { answer in gone((0..<answer.rowCount).compactMap { answer.string($0, 0) }) }
    if release.isDeletion {
      steps.add(
        "DELETE FROM \(schema.name(.releases)) WHERE product_key = $1 AND repository_key = $2 AND tag = $3", scope)
    }
  }
}

/// The refusals that keep stores and histories apart, worded alike for all targets.
enum Ownership {
  static func refusal(
    _ repository: RepositoryKey, owner: String, storeID: String, toDo: String = "write"
  ) -> ExportError {
    ExportError(
      .targetFailed, .owner, operation: toDo + " repository " + SafeText.escape(repository.repository),
      cause: "its rows belong to store \(SafeText.escape(owner)), this is store \(storeID)",
      hint: "use another schema or file, or export with --take-over")
  }

  static func movedMeanwhile(_ product: Text) -> ExportError {
    ExportError(
      .targetFailed, .moved, operation: "move the watermark of " + SafeText.escape(product),
      cause: "another export has moved it meanwhile", hint: "run the export again", isTransient: true)
  }

  /// The target is ahead of the store, or has followed the same store another way.
  static func diverged(_ product: Text, at sequence: UInt64, storeID: String, storeSequence: UInt64) -> ExportError {
    let relation =
      sequence > storeSequence
      ? "is ahead: at change \(sequence) of store \(storeID); this is store \(storeID) at change \(storeSequence)"
      : "holds another change \(sequence) of store \(storeID) than this store \(storeID), at change \(storeSequence)"
    return ExportError(
      .targetFailed, .diverged, operation: "compare histories of product " + SafeText.escape(product),
      cause: "histories diverge: the target " + relation, hint: "wheelspool verify --target TARGET --repair")
  }
}
