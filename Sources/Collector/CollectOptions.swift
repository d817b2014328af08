public import WheelModel

/// What a run collects, and how.
public struct CollectOptions: Sendable {
  /// The instance's URL, as `https://gitlab.example.com`, without a final slash.
  public var gitlabURL: String
  /// The token, sent to the instance only; nil to ask without one.
  public var credential: Credential?
  /// The repositories, in the order they are collected.
  public var repositories: [Source]
  /// Whether they are some of the user's repositories only, so that a complete run says nothing of the others.
  public var isPart = false
  /// How many assets are read at one time.
  public var jobs = 4
  /// Releases made before this moment are neither fetched nor withdrawn.
  public var since: Timestamp?
  /// Whether each asset's server is asked if its bytes changed under the same name.
  public var recheck = false
  /// Whether only to say what would be collected.
  public var dryRun = false
  /// Whether failures are tried again before they are due.
  public var retryFailed = false
  /// Whether an empty listing may withdraw everything.
  public var acceptEmpty = false
  /// Whether plain http is used although the instance's URL is https, or a token is sent over it to a distant host.
  public var allowHTTP = false
  /// Hosts that may be asked although their addresses are private.
  public var allowedHosts: [String] = []
  /// A file of certificates to trust in place of the system's.
  public var certificates: String?
  /// What requests name as their sender.
  public var userAgent = "wheelspool"
  /// Bounds on memory, time and what upstream may send.
  public var limits = CollectLimits()

  /// Makes options with their defaults.
  public init(gitlabURL: String, credential: Credential?, repositories: [Source]) {
    self.gitlabURL = gitlabURL
    self.credential = credential
    self.repositories = repositories
  }

  /// One repository and the project upstream that feeds it.
  public struct Source: Equatable, Sendable {
    /// Product and repository.
    public var key: RepositoryKey
    /// The project: a path such as `acme/builders/wheels-cuda`, or a number.
    public var project: String

    /// Makes a source of its parts.
    public init(key: RepositoryKey, project: String) {
      self.key = key
      self.project = project
    }
  }
}

/// A token with the header that carries it: no description, no mirror and no interpolation shows it.
public struct Credential: Equatable, Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable
{
  /// The header that carries a token.
  public enum Header: Equatable, Sendable {
    /// `PRIVATE-TOKEN: …`
    case privateToken
    /// `JOB-TOKEN: …`
    case jobToken
    /// `Authorization: Bearer …`
    case bearer
  }

  let header: Header
  let secretBytes: [UInt8]

  /// Wraps a token, all of whose bytes are printable ASCII.
  public init(_ secretBytes: [UInt8], in header: Header = .privateToken) {
    self.header = header
    self.secretBytes = secretBytes
  }

  /// Always the same.
  public var description: String { "(token)" }
  /// Always the same.
  public var debugDescription: String { description }
  /// A mirror without children.
  public var customMirror: Mirror { Mirror(self, children: [:]) }
}
