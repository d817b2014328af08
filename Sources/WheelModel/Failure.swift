public import Digest

/// Why something upstream could not be taken in: a stable code, an API of the program.
public struct FailureCode: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
  /// The code's text, such as `E_TAG`.
  public let rawValue: String

  /// Wraps a code; unknown ones (of a newer program) survive.
  public init(rawValue: String) { self.rawValue = rawValue }

  /// The code's text.
  public var description: String { rawValue }

  /// The tag names no collection (no `+`).
  public static let tag = FailureCode(rawValue: "E_TAG")
  /// The listing's row has no tag: the token may not read the code.
  public static let noTag = FailureCode(rawValue: "E_NO_TAG")
  /// The release has no commit id.
  public static let noCommit = FailureCode(rawValue: "E_NO_COMMIT")
  /// The release's `created_at` cannot be read.
  public static let date = FailureCode(rawValue: "E_DATE")
  /// The link's name has no architecture that can be read.
  public static let assetName = FailureCode(rawValue: "E_ASSET_NAME")
  /// Two links of one release name the same architecture; the newer one is used. A notice.
  public static let duplicateArch = FailureCode(rawValue: "E_DUPLICATE_ARCH")
  /// Another release of the repository holds the artifact's key.
  public static let duplicateKey = FailureCode(rawValue: "E_DUPLICATE_KEY")
  /// None of the wanted members is in the tarball.
  public static let noMembers = FailureCode(rawValue: "E_NO_MEMBERS")
  /// A package name or version that cannot be kept.
  public static let badName = FailureCode(rawValue: "E_BAD_NAME")
  /// A named limit was hit.
  public static let limit = FailureCode(rawValue: "E_LIMIT")
  /// The gzip layer is damaged or cut.
  public static let gzip = FailureCode(rawValue: "E_GZIP")
  /// The tar layer is damaged, cut or uses a feature that is refused.
  public static let tar = FailureCode(rawValue: "E_TAR")
  /// A wanted member is not a regular file, is there twice or has a path that leaves the tarball.
  public static let member = FailureCode(rawValue: "E_MEMBER")
  /// A wanted member is not the JSON it must be.
  public static let json = FailureCode(rawValue: "E_JSON")
  /// A wanted text is not UTF-8.
  public static let encoding = FailureCode(rawValue: "E_ENCODING")
  /// The server says that the asset is not there (404, 410).
  public static let notFound = FailureCode(rawValue: "E_NOT_FOUND")
  /// The server refuses (401, 403, other 4xx).
  public static let refused = FailureCode(rawValue: "E_REFUSED")
  /// Name resolution, connection, TLS or transfer failed.
  public static let network = FailureCode(rawValue: "E_NETWORK")
  /// A time-out passed.
  public static let timeout = FailureCode(rawValue: "E_TIMEOUT")
  /// The server's certificate was not accepted.
  public static let tls = FailureCode(rawValue: "E_TLS")
  /// The server failed (5xx) or asked to wait (429) beyond the retries.
  public static let server = FailureCode(rawValue: "E_SERVER")
  /// A redirect that is not followed: too many, to another protocol, to a refused address.
  public static let redirect = FailureCode(rawValue: "E_REDIRECT")
  /// An address that requests are not sent to.
  public static let address = FailureCode(rawValue: "E_ADDRESS")
  /// A URL that is not used: its protocol or form.
  public static let url = FailureCode(rawValue: "E_URL")
  /// A listing page that is not what the API promises.
  public static let listing = FailureCode(rawValue: "E_LISTING")
  /// The listing is empty although the store has live releases.
  public static let emptyListing = FailureCode(rawValue: "E_EMPTY_LISTING")
  /// The listing changed under every walk.
  public static let unstableListing = FailureCode(rawValue: "E_UNSTABLE_LISTING")
}

/// A recorded failure: of an asset, a release, or a whole repository's listing.
public struct Failure: Equatable, Sendable {
  /// The repository it happened in.
  public var repository: RepositoryKey
  /// The release's tag; nil when the listing failed.
  public var tag: Text?
  /// The link's name; nil when the whole release (or listing) failed.
  public var asset: Text?
  /// What failed, as a code.
  public var code: FailureCode
  /// What failed, in words: one line, no secrets, no control characters.
  public var message: String
  /// Whether trying again at once is useless; false for network and server trouble.
  public var isPermanent: Bool
  /// When it was first seen.
  public var firstAt: Timestamp
  /// When it was last seen.
  public var lastAt: Timestamp
  /// How often it was tried.
  public var attempts: Int
  /// When it will be tried again; nil for failures that only a change upstream can mend.
  public var nextDue: Timestamp?
  /// What the link was that failed, as `UpstreamLink.digest` has it; nil when that is not known.
  public var link: SHA256Digest?

  /// Makes a failure of its fields.
  public init(
    repository: RepositoryKey, tag: Text?, asset: Text?, code: FailureCode, message: String, isPermanent: Bool,
    firstAt: Timestamp, lastAt: Timestamp, attempts: Int, nextDue: Timestamp?, link: SHA256Digest? = nil
  ) {
    self.repository = repository
    self.tag = tag
    self.asset = asset
    self.code = code
    self.message = message
    self.isPermanent = isPermanent
    self.firstAt = firstAt
    self.lastAt = lastAt
    self.attempts = attempts
    self.nextDue = nextDue
    self.link = link
  }
}
