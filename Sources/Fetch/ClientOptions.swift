/// Bounds how long a server may take, in seconds. Only time spent waiting for the network counts, not the reader's own.
public struct TimeLimits: Hashable, Sendable {
  /// From the start of a request until a connection stands, name look-up and TLS included.
  public var connect = 20.0

  /// From then until the headers of the answer are complete.
  public var firstByte = 60.0

  /// The span over which ``lowSpeedBytesPerSecond`` is measured: a silent server is given up after it.
  public var lowSpeedSpan = 30.0

  /// The least average speed of a body that is waited for.
  public var lowSpeedBytesPerSecond = 256

  /// The whole request with its redirects and its body.
  public var total = 3600.0

  /// Takes the defaults.
  public init() {}
}

/// Says what a client may ask for, what it sends along, and what an answer may cost.
public struct ClientOptions: Sendable {
  /// The one origin that gets the token.
  public var origin: Origin

  /// The name of the token's header and the token, such as `PRIVATE-TOKEN`.
  public var token: (header: String, secret: Secret)?

  /// A PEM file of certificate authorities to trust instead of the system's.
  public var caFile: String?

  /// Whether http is allowed though the origin is https, and a token over http to a host that is not this machine.
  public var allowsHTTP = false

  /// Hosts that may have loopback or private addresses though the origin's host has not. Link-local never.
  public var allowedHosts: Set<String> = []

  /// Which requests go through a proxy.
  public var proxy = ProxySettings.environment

  /// How long a server may take.
  public var times = TimeLimits()

  /// The most redirects one request follows.
  public var maximumRedirects = 5

  /// The most bytes of headers of one answer.
  public var headerBytes = 256 << 10

  /// The most bytes of body that wait for the reader; beyond it the server has to wait.
  public var bufferBytes = 64 << 10

  /// What the `User-Agent` header says.
  public var userAgent = "wheelspool"

  /// Asked several times a second while waiting; true ends the request with ``FetchError/Code/interrupted``.
  public var shouldStop: @Sendable () -> Bool = { false }

  /// Takes the defaults for a service at `origin`.
  public init(origin: Origin) { self.origin = origin }
}
