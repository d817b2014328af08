public import WheelModel

/// What `wheelspool.toml`, the environment and the command line together ask for.
public struct Configuration: Equatable, Sendable {
  /// The store's directory.
  public var storePath: String
  /// The upstream.
  public var gitlab: GitLab
  /// The repositories to collect, in the order of the file.
  public var repositories: [Repository]
  /// Whether the file has more repositories than were selected.
  public var isPart: Bool
  /// How many assets are read at one time.
  public var jobs: Int
  /// Bounds on what upstream may send.
  public var limits: Limits
  /// Bounds on how long upstream may take, and how often it is asked again.
  public var network: Network

  /// The directory of a store that nobody names otherwise.
  public static let defaultStorePath = "wheelspool.store"
  /// The file that is read when no other is named.
  public static let defaultPath = "wheelspool.toml"
  /// The environment variable with the token when the file names none.
  public static let defaultTokenVariable = "GITLAB_TOKEN"
  /// How many assets are read at one time unless said otherwise.
  public static let defaultJobs = 4
  /// How many assets may be read at one time.
  public static let jobsRange = 1...64

  /// A GitLab instance and how to ask it.
  public struct GitLab: Equatable, Sendable {
    /// The instance's URL, as `https://gitlab.example.com`, without a final slash.
    public var url: String
    /// Where the token comes from; nil to ask without one.
    public var token: TokenSource?
    /// The header that carries the token.
    public var tokenHeader: TokenHeader
    /// Whether plain http is allowed although the URL is https.
    public var allowHTTP: Bool
    /// Hosts that may be asked although their addresses are private.
    public var allowedHosts: [String]
    /// A file of certificates to trust in place of the system's.
    public var certificates: String?
  }

  /// One repository of one product.
  public struct Repository: Equatable, Sendable {
    /// The product's and the repository's keys.
    public var key: RepositoryKey
    /// The project upstream: a path such as `acme/builders/wheels-cuda`, or a number.
    public var project: String

    /// Makes a repository of its parts.
    public init(key: RepositoryKey, project: String) {
      self.key = key
      self.project = project
    }
  }

  /// Bounds in bytes and counts; nil leaves a bound at its default.
  public struct Limits: Equatable, Sendable {
    /// One page of a listing, in bytes.
    public var listingPageBytes: Int?
    /// One download, in bytes.
    public var assetBytes: Int?
    /// One download once inflated, in bytes.
    public var inflatedBytes: Int?
    /// A graph or a summary, in bytes.
    public var memberBytes: Int?
    /// Requirements or constraints, in bytes.
    public var textBytes: Int?
    /// Members of one tarball.
    public var members: Int?
    /// One header record of a tarball, in bytes.
    public var headerBytes: Int?
    /// Pages of one listing.
    public var listingPages: Int?

    /// Makes limits that leave everything at its default.
    public init() {}
  }

  /// Times in seconds, and counts of retries; nil leaves a bound at its default.
  public struct Network: Equatable, Sendable {
    /// Until a connection stands.
    public var connectSeconds: Int?
    /// From then until an answer begins.
    public var answerSeconds: Int?
    /// The span after which a silent or trickling server is given up.
    public var stallSeconds: Int?
    /// One request with its redirects and its body.
    public var requestSeconds: Int?
    /// The longest wait before a retry, whatever the server asks for.
    public var longestWaitSeconds: Int?
    /// How often one request is tried.
    public var attempts: Int?
    /// Retries of all requests of a run together, beyond one for each answer.
    public var retryBudget: Int?
    /// How many requests in a row are given up before a server is taken for dead.
    public var deadRequests: Int?

    /// Makes settings that leave everything at its default.
    public init() {}
  }
}

/// The header that carries a token.
public enum TokenHeader: String, CaseIterable, Sendable {
  /// `PRIVATE-TOKEN: …`, for personal, project and group tokens.
  case privateToken = "private-token"
  /// `JOB-TOKEN: …`, for jobs of a pipeline.
  case jobToken = "job-token"
  /// `Authorization: Bearer …`
  case bearer
}
