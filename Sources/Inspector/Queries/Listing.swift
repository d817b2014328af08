public import SpoolStore

/// The lists that a store can show.
public enum Listing: String, CaseIterable, Sendable {
  /// Products with their counts.
  case products
  /// Releases by product, repository and tag.
  case releases
  /// Artifacts by product, repository and key.
  case artifacts
  /// Drops by product and key.
  case drops
  /// Packages with the number of artifacts and the newest version.
  case packages
  /// Open failures.
  case failures
  /// Runs of the collector, newest first.
  case runs
  /// The commit log.
  case log

  /// The names of all columns, for help and for mistakes.
  public var columns: [String] {
    switch self {
    case .products: ProductRow.columns.map(\.name)
    case .releases: ReleaseRow.columns.map(\.name)
    case .artifacts: ArtifactRow.columns.map(\.name)
    case .drops: DropRow.columns.map(\.name)
    case .packages: CatalogueRow.columns.map(\.name)
    case .failures: FailureRow.columns.map(\.name)
    case .runs: RunRow.columns.map(\.name)
    case .log: LogRow.columns.map(\.name)
    }
  }

  /// What a filter of the list may ask for: what its rows can answer.
  public var filters: [ListFilter.Part] {
    switch self {
    case .products: [.product, .repository]
    case .releases, .artifacts, .drops, .packages: ListFilter.Part.allCases
    case .failures: [.product, .repository, .series, .variant, .arch, .tag, .since]
    case .runs: [.since]
    case .log: [.product, .repository, .series, .variant, .tag, .since]
    }
  }

  /// Writes the list. What the filter asks for beyond `filters` has no effect.
  ///
  /// Throws `InspectorError` for unknown columns and lists that changed under way, `StoreError`, `OutputError`.
  public func write(
    _ store: Store, filter: ListFilter, presentation: Presentation, to output: BufferedOutput
  ) throws {
    switch self {
    case .products: try ProductRow.list(store, filter, presentation, output)
    case .releases: try ReleaseRow.list(store, filter, presentation, output)
    case .artifacts: try ArtifactRow.list(store, filter, presentation, output)
    case .drops: try DropRow.list(store, filter, presentation, output)
    case .packages: try CatalogueRow.list(store, filter, presentation, output)
    case .failures: try FailureRow.list(store, filter, presentation, output)
    case .runs: try RunRow.list(store, filter, presentation, output)
    case .log: try LogRow.list(store, filter, presentation, output)
    }
  }
}
