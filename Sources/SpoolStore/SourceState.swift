public import WheelModel

/// What the last walks of one repository's listing left behind.
public struct SourceState: Equatable, Sendable {
  /// One page of the listing, for conditional requests.
  public struct Page: Equatable, Sendable {
    /// The page's URL, without secrets.
    public var url: String
    /// Its `ETag`.
    public var etag: String?
    /// Its `Last-Modified`.
    public var lastModified: String?

    /// Makes a page of its fields.
    public init(url: String, etag: String?, lastModified: String?) {
      self.url = url
      self.etag = etag
      self.lastModified = lastModified
    }
  }

  /// The repository.
  public var repository: RepositoryKey
  /// The project upstream, as configured at that time.
  public var project: String
  /// The pages of the last complete walk, in order.
  public var pages: [Page]
  /// How many distinct tags the last complete walk saw.
  public var listedTags: UInt64
  /// When the last complete walk ended.
  public var completeAt: Timestamp?
  /// Tags that the last complete walk lacked although the store has them, unwithdrawn.
  public var missingTags: [Text]
  /// A digest of how the pages were asked for and read, so that other options ask for them anew.
  public var settings: String

  /// Makes a state of its fields.
  public init(
    repository: RepositoryKey, project: String, pages: [Page], listedTags: UInt64, completeAt: Timestamp?,
    missingTags: [Text] = [], settings: String = ""
  ) {
    self.repository = repository
    self.project = project
    self.pages = pages
    self.listedTags = listedTags
    self.completeAt = completeAt
    self.missingTags = missingTags
    self.settings = settings
  }
}
