public import WheelModel

/// How much of a database a walk covers.
public enum Scope: Equatable, Sendable {
  /// Everything; the walk's count is compared with the store's counter.
  case all
  /// One product.
  case product(Text)
  /// One repository.
  case repository(RepositoryKey)
}

/// The databases whose absence of a record can be confirmed.
public enum RecordFamily: Sendable {
  /// Releases by product, repository and tag.
  case releases
  /// Artifacts by product, repository and key.
  case artifacts
  /// Drops by product and key.
  case drops
  /// The package index, and the artifacts' places that it refers to.
  case packages
}
