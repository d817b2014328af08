/// Names one repository of one product: the unit of listing, ownership and artifact keys.
public struct RepositoryKey: Hashable, Comparable, Sendable {
  /// The product's key, from the configuration.
  public let product: Text
  /// The repository's key, from the configuration; unique within the product.
  public let repository: Text

  /// Makes a key of its parts.
  public init(product: Text, repository: Text) {
    self.product = product
    self.repository = repository
  }

  /// Orders by product, then repository, by bytes.
  public static func < (a: Self, b: Self) -> Bool {
    a.product == b.product ? a.repository < b.repository : a.product < b.product
  }
}

/// Names one release: a tag in a repository.
public struct ReleaseKey: Hashable, Comparable, Sendable {
  /// Where the release lives.
  public let repository: RepositoryKey
  /// The tag as upstream writes it.
  public let tag: Text

  /// Makes a key of its parts.
  public init(_ repository: RepositoryKey, tag: Text) {
    self.repository = repository
    self.tag = tag
  }

  /// Orders by repository, then tag, by bytes.
  public static func < (a: Self, b: Self) -> Bool {
    a.repository == b.repository ? a.tag < b.tag : a.repository < b.repository
  }
}

/// Names one artifact: its key in a repository.
public struct ArtifactID: Hashable, Comparable, Sendable {
  /// Where the artifact lives.
  public let repository: RepositoryKey
  /// The artifact's key: the tag without its leading `v`, with the architecture.
  public let key: Text

  /// Makes an identity of its parts.
  public init(_ repository: RepositoryKey, key: Text) {
    self.repository = repository
    self.key = key
  }

  /// Orders by repository, then key, by bytes.
  public static func < (a: Self, b: Self) -> Bool {
    a.repository == b.repository ? a.key < b.key : a.repository < b.repository
  }
}
