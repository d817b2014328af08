/// One release as a listing shows it, with what makes it a collection's release.
public struct UpstreamRelease: Equatable, Sendable {
  /// The tag, which names a collection.
  public var tag: Tag
  /// The title; may be absent.
  public var name: String?
  /// The release notes; may be absent.
  public var description: String?
  /// When the release was made.
  public var createdAt: Timestamp
  /// When it was out; nil when absent or unreadable.
  public var releasedAt: Timestamp?
  /// The commit's id.
  public var commit: Text
  /// The links that name wheel tarballs, in the listing's order.
  public var links: [UpstreamLink]

  /// Makes a release of its fields.
  public init(
    tag: Tag, name: String?, description: String?, createdAt: Timestamp, releasedAt: Timestamp?, commit: Text,
    links: [UpstreamLink]
  ) {
    self.tag = tag
    self.name = name
    self.description = description
    self.createdAt = createdAt
    self.releasedAt = releasedAt
    self.commit = commit
    self.links = links
  }
}

/// A release link that names a wheel tarball.
public struct UpstreamLink: Equatable, Sendable {
  /// The link's id; 0 when upstream gives none that can be read.
  public var id: Int64
  /// The link's name, trimmed, and its architecture.
  public var name: AssetName
  /// The URL as upstream writes it, which may hold secrets; empty when there is none.
  public var url: String

  /// Makes a link of its fields.
  public init(id: Int64, name: AssetName, url: String) {
    self.id = id
    self.name = name
    self.url = url
  }

  /// The URL fit to be kept and shown: without userinfo and query.
  public var redactedURL: String { RedactedURL.redact(url) }
}

/// One row of a release listing.
public enum ListingRow: Equatable, Sendable {
  /// A release that can be collected.
  case release(UpstreamRelease)
  /// A release that is announced but not out; it counts as present and is otherwise left alone.
  case upcoming(tag: Text)
  /// A row that cannot be collected; without a tag it is one that the token may not read.
  case rejected(tag: Text?, RowRejection)

  /// The row's tag, if it has one.
  public var tag: Text? {
    switch self {
    case .release(let release): release.tag.text
    case .upcoming(let tag): tag
    case .rejected(let tag, _): tag
    }
  }
}

/// Why a row or a link cannot be used.
public struct RowRejection: Error, Equatable, Sendable {
  /// The code.
  public let code: FailureCode
  /// The reason in words, without anything that came from outside.
  public let message: String

  /// Makes a rejection.
  public init(_ code: FailureCode, _ message: String) {
    self.code = code
    self.message = message
  }
}
