public import SpoolStore
public import WheelModel

/// The store in numbers: for a bare `dump` without what it takes on disk, for `status` with it.
public struct StoreReport: Sendable {
  /// How far a target is behind.
  public struct Backlog: Sendable {
    /// One product's position.
    public struct Product: Sendable {
      let product: Text
      let sequence: UInt64
      let pendingEntries: Int
      let pendingReleases: Int
      let isDiverged: Bool

      /// Makes a position of its parts.
      public init(
        product: Text, sequence: UInt64, pendingEntries: Int, pendingReleases: Int, isDiverged: Bool
      ) {
        self.product = product
        self.sequence = sequence
        self.pendingEntries = pendingEntries
        self.pendingReleases = pendingReleases
        self.isDiverged = isDiverged
      }
    }

    let target: String
    let products: [Product]
    let foreign: [(repository: RepositoryKey, store: String)]
    let openIssues: Int
    let schemaVersion: Int?

    /// Makes a backlog of its parts; `target` must not hold secrets.
    public init(
      target: String, products: [Product], foreign: [(repository: RepositoryKey, store: String)], openIssues: Int,
      schemaVersion: Int?
    ) {
      self.target = target
      self.products = products
      self.foreign = foreign
      self.openIssues = openIssues
      self.schemaVersion = schemaVersion
    }
  }

  let path: String
  let storeID: String
  let overview: Overview
  let sizes: StoreSizes?
  let backlog: Backlog?

  /// Takes the numbers from one snapshot.
  ///
  /// Throws `StoreError`.
  public init(_ store: Store, withSizes: Bool, backlog: Backlog? = nil) throws {
    path = store.path
    storeID = store.id.description
    self.backlog = backlog
    let numbers = try store.read { snapshot in
      (try snapshot.overview(), withSizes ? try snapshot.sizes() : nil)
    }
    (overview, sizes) = numbers
  }

  /// Writes the report: labelled lines and small tables, or one JSON object.
  ///
  /// CSV holds the repositories only, so that it suits a bare `dump` alone. Throws `InspectorError` (`.unknownColumn`), `OutputError`.
  public func write(_ presentation: Presentation, to output: BufferedOutput) throws {
    switch presentation.format {
    case .json, .ndjson: writeJSON(presentation, to: output)
    case .csv: try writeRepositories(presentation, to: output)
    case .table:
      writeFacts(presentation, to: output)
      if !overview.repositories.isEmpty {
        output.append("\n")
        try writeRepositories(presentation, to: output)
      }
      if let sizes, !presentation.stable {
        output.append("\n")
        try writeDatabases(sizes, presentation, to: output)
      }
    }
    try output.flush()
  }
}

extension StoreReport {
  private func writeFacts(_ presentation: Presentation, to output: BufferedOutput) {
    func size(_ bytes: UInt64) -> String {
      presentation.exactSizes ? "\(bytes) bytes" : HumanSize.text(bytes)
    }
    let withdrawn = overview.repositories.reduce(0) { $0 + $1.withdrawn }
    let incomplete = overview.repositories.reduce(0) { $0 + $1.incomplete }
    let ratio = HumanSize.ratio(raw: overview.rawBytes, stored: overview.storedBytes)
    var facts = [
      ("store", path), ("store id", storeID), ("sequence", "\(overview.sequence)"),
      ("releases", "\(overview.releases) (\(withdrawn) withdrawn, \(incomplete) incomplete)"),
      ("artifacts", "\(overview.artifacts)"), ("drops", "\(overview.drops)"),
      (
        "documents",
        "\(overview.documents): \(size(overview.rawBytes)) in \(size(overview.storedBytes)), \(ratio), "
          + "\(overview.retained) retained"
      ), ("failures", "\(overview.failures) open"), ("last run", lastRun),
    ]
    if let sizes {
      let free = sizes.freePages.multipliedReportingOverflow(by: sizes.pageBytes).partialValue
      facts.append(("file", "\(size(sizes.fileBytes)), \(size(free)) of it free"))
      facts.append(("readers", "\(sizes.readers.count)"))
      for reader in sizes.readers where reader.commitsBehind > 0 {
        facts.append(("long reader", "process \(reader.process) holds back \(reader.commitsBehind) commits"))
      }
      facts.append(("transaction", "\(sizes.transaction)"))
    }
    if let backlog { facts += Self.facts(backlog) }
    let width = facts.reduce(0) { max($0, $1.0.utf8.count) }
    for (label, value) in facts {
      output.append(label + String(repeating: " ", count: width - label.utf8.count + 2))
      if presentation.raw { output.append(value) } else { TerminalText.appendEscaped(value, to: &output.bytes) }
      output.append("\n")
    }
  }

  private var lastRun: String {
    guard let run = overview.lastRun else { return "none yet" }
    guard let end = run.endedAt else { return "\(run.id), begun \(run.startedAt), under way or killed" }
    return "\(run.id), \(run.outcome), \(end): \(run.counts.committed) committed, \(run.counts.unchanged) unchanged, "
      + "\(run.counts.failures) failures"
  }

  private static func facts(_ backlog: Backlog) -> [(String, String)] {
    var facts = [("target", backlog.target)]
    if let version = backlog.schemaVersion { facts.append(("target schema", "version \(version)")) }
    for product in backlog.products {
      let state =
        product.isDiverged
        ? "has followed another history"
        : product.pendingEntries == 0
          ? "up to date" : "\(product.pendingEntries) changes behind, \(product.pendingReleases) releases to write"
      facts.append(("target \(product.product)", "sequence \(product.sequence), \(state)"))
    }
    for (repository, store) in backlog.foreign {
      facts.append(
        ("target \(repository.product)/\(repository.repository)", "belongs to store \(store)"))
    }
    facts.append(("target issues", "\(backlog.openIssues) values set aside"))
    return facts
  }

  private func writeRepositories(_ presentation: Presentation, to output: BufferedOutput) throws {
    let columns = try Column.chosen(from: RepositoryRow.columns, for: presentation)
    let rows = RowWriter(columns: columns, presentation: presentation, output: output)
    rows.begin()
    for repository in overview.repositories { rows.write(RepositoryRow(repository: repository)) }
    rows.end()
  }

  private func writeDatabases(_ sizes: StoreSizes, _ presentation: Presentation, to output: BufferedOutput) throws {
    typealias Database = (name: String, records: UInt64, pages: UInt64)
    let pageBytes = sizes.pageBytes
    let columns: [Column<Database>] = [
      Column("database", .all) { $1.text($0.name) },
      Column("records", .all, number: true) { $1.number($0.records) },
      Column("size", .all, number: true) { $1.size($0.pages.multipliedReportingOverflow(by: pageBytes).partialValue) },
    ]
    let rows = RowWriter(columns: columns, presentation: presentation, output: output)
    rows.begin()
    for database in sizes.databases { rows.write(database) }
    rows.end()
  }
}

/// One repository in an overview.
struct RepositoryRow {
  let repository: Overview.Repository

  static let columns: [Column<RepositoryRow>] = [
    Column("product_key", .all) { $1.text($0.repository.key.product) },
    Column("repository_key", .all) { $1.text($0.repository.key.repository) },
    Column("releases", .all, number: true) { $1.number($0.repository.releases) },
    Column("withdrawn", .all, number: true) { $1.number($0.repository.withdrawn) },
    Column("incomplete", .all, number: true) { $1.number($0.repository.incomplete) },
    Column("artifacts", .all, number: true) { $1.number($0.repository.artifacts) },
    Column("sequence", .all, number: true, stable: false) { $1.number($0.repository.sequence) },
    Column("changed_at", .all, stable: false) { $1.time($0.repository.changedAt) },
  ]
}
