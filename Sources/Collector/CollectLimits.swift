public import WheelModel

/// Bounds that a run keeps, whatever upstream does. Bytes unless said otherwise.
public struct CollectLimits: Equatable, Sendable {
  /// Bounds on one page of a listing.
  public var listing = ListingLimits()
  /// The most pages of one walk.
  public var listingPages = 10_000
  /// The most bytes of one download.
  public var assetBytes = 2 << 30
  /// The most bytes of one download once inflated.
  public var inflatedBytes = 4 << 30
  /// The most bytes of a graph or a summary.
  public var memberBytes = 768 << 20
  /// The most bytes of requirements or constraints.
  public var textBytes = 16 << 20
  /// The most bytes of a document that is held in memory; a longer one streams to the store.
  public var heldDocumentBytes = 8 << 20
  /// The most members of one tarball.
  public var members = 100_000
  /// The most bytes of one header record of a tarball.
  public var headerBytes = 1 << 20
  /// Raw documents in flight, of all workers together; an asset that cannot reserve its share streams to the store.
  public var budgetBytes = 16 << 20
  /// Releases that are being read or wait for their turn to be committed.
  public var releasesInFlight = 16
  /// How often a request is tried.
  public var attempts = 5
  /// Retries of all requests of a run together, beyond one for each answer.
  public var retryBudget = 40
  /// How many requests in a row are given up before the server is taken for dead and its repository left.
  public var deadRequests = 64
  /// The wait before the first retry, in seconds; it doubles from one to the next.
  public var firstWait = 0.5
  /// The longest wait before a retry, in seconds, whatever the server asks for.
  public var longestWait = 60.0
  /// Until a connection stands, in seconds.
  public var connectSeconds = 20.0
  /// From then until an answer begins, in seconds.
  public var answerSeconds = 60.0
  /// The span after which a silent or trickling server is given up, in seconds.
  public var stallSeconds = 30.0
  /// One request with its redirects and its body, in seconds.
  public var requestSeconds = 3600.0

  /// Makes limits with their defaults.
  public init() {}
}
