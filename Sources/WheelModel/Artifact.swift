public import Digest

/// Where an artifact's bytes came from.
public struct AssetOrigin: Equatable, Sendable {
  /// The release link's id, by which upstream orders links.
  public var linkID: Int64
  /// The link's name as upstream writes it, trimmed.
  public var name: Text
  /// The link's URL without userinfo and query.
  public var url: String
  /// The downloaded tarball's size, in bytes.
  public var size: UInt64
  /// The downloaded tarball's SHA-256.
  public var sha256: SHA256Digest
  /// The `ETag` header of the last answer, for conditional requests.
  public var etag: String?
  /// The `Last-Modified` header of the last answer, for conditional requests.
  public var lastModified: String?

  /// Makes an origin of its fields.
  public init(
    linkID: Int64, name: Text, url: String, size: UInt64, sha256: SHA256Digest, etag: String?, lastModified: String?
  ) {
    self.linkID = linkID
    self.name = name
    self.url = url
    self.size = size
    self.sha256 = sha256
    self.etag = etag
    self.lastModified = lastModified
  }
}

/// One architecture's part of a release: the fields that a collector knows, without the store's own.
public struct Artifact: Equatable, Sendable {
  /// Product, repository and key.
  public var id: ArtifactID
  /// The release's tag.
  public var tag: Text
  /// The release's commit id.
  public var commit: Text
  /// The CPU architecture, such as `x86_64`.
  public var arch: Text
  /// The tag's suffix: what follows its first `+`.
  public var variant: Text
  /// What follows the first `+` of the key.
  public var rawVariant: Text
  /// `major.minor` of the version, if it has two parts.
  public var series: Text?
  /// The release's creation.
  public var createdAt: Timestamp
  /// The asset it was read from.
  public var asset: AssetOrigin

  /// The drops that this artifact belongs to: always one, `PRODUCT-KEY`.
  public var dropKeys: [Text] { [Text(id.repository.product.string + "-" + id.key.string)] }

  /// Makes an artifact of its fields.
  public init(
    id: ArtifactID, tag: Text, commit: Text, arch: Text, variant: Text, rawVariant: Text, series: Text?,
    createdAt: Timestamp, asset: AssetOrigin
  ) {
    self.id = id
    self.tag = tag
    self.commit = commit
    self.arch = arch
    self.variant = variant
    self.rawVariant = rawVariant
    self.series = series
    self.createdAt = createdAt
    self.asset = asset
  }
}

/// A drop: what a product shipped, named after an artifact.
public struct Drop: Equatable, Sendable {
  /// The product's key.
  public var product: Text
  /// `PRODUCT-ARTIFACTKEY`, unique within the product.
  public var key: Text
  /// The artifact's key.
  public var name: Text
  /// The artifact's series.
  public var productVersion: Text?
  /// The earliest `created_at` among the artifacts that name this drop.
  public var createdAt: Timestamp

  /// Makes a drop of its fields.
  public init(product: Text, key: Text, name: Text, productVersion: Text?, createdAt: Timestamp) {
    self.product = product
    self.key = key
    self.name = name
    self.productVersion = productVersion
    self.createdAt = createdAt
  }
}
