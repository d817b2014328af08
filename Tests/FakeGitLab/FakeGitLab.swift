import Glibc
import Threads

/// A server on 127.0.0.1 that answers as GitLab does for releases and their package files, from a directory.
///
/// Two ports are two origins: GitLab itself, and the object storage its downloads are redirected to. One thread a connection, keep-alive.
/// Ends with the object or with `stop`.
public final class FakeGitLab: Sendable {
  /// How a server is set up.
  public struct Options: Sendable {
    /// The directory served.
    public var tree: String
    /// The ports of GitLab and of the object storage; 0 takes free ones.
    public var port = 0, storagePort = 0
    /// How long each request waits before its answer.
    public var latencyMilliseconds = 0
    /// True when package files come from the API origin itself, without a redirect.
    public var sendsDirectly = false
    /// The certificate that both origins show; nil for plain HTTP.
    public var tls: Certificates.Chain?
    /// True when the object storage speaks plain HTTP though GitLab speaks TLS.
    public var storageIsPlain = false
    /// The address that links lead to instead of GitLab's own: of a proxy in front of it.
    public var publicURL: String?
    /// The faults from the start.
    public var faults: [Fault] = []

    /// Serves a directory, without faults.
    public init(tree: String) { self.tree = tree }
  }

  /// The address of GitLab, such as `http://127.0.0.1:40123`, without a slash at the end.
  public let url: String
  /// The address of the object storage.
  public let storageURL: String

  private let responder: Responder
  private let connections: Connections

  /// Starts a server.
  public init(_ options: Options) throws(FakeGitLabError) {
    var tls: TLSContext?
    if let chain = options.tls { tls = try TLSContext(chain) }
    let api = try Socket.listen(port: options.port)
    let storage: Socket
    do {
      storage = try Socket.listen(port: options.storagePort)
    } catch {
      close(api.descriptor)
      throw error
    }
    url = "\(tls == nil ? "http" : "https")://127.0.0.1:\(api.port)"
    storageURL = "\(tls == nil || options.storageIsPlain ? "http" : "https")://127.0.0.1:\(storage.port)"
    let statistics = Lock(Statistics())
    responder = Responder(
      options: options, origins: Tree.Origins(api: options.publicURL ?? url, storage: storageURL),
      statistics: statistics)
    responder.faults.add(options.faults)
    connections = Connections(responder: responder)
    connections.listen(api, origin: .api, tls: tls)
    connections.listen(storage, origin: .storage, tls: options.storageIsPlain ? nil : tls)
  }

  /// Starts a server for a directory on free ports.
  public convenience init(tree: String) throws(FakeGitLabError) { try self.init(Options(tree: tree)) }

  deinit { connections.stop() }

  /// Ends all connections and takes no more.
  public func stop() { connections.stop() }

  /// Adds faults, in force from the next request on.
  public func add(_ faults: Fault...) { responder.faults.add(faults) }

  /// Takes all faults away.
  public func clearFaults() { responder.faults.removeAll() }

  /// What the server has seen since its start or the last reset.
  public var statistics: Statistics { responder.statistics.withLock { $0 } }

  /// Forgets what the server has seen.
  public func resetStatistics() { responder.statistics.withLock { $0 = Statistics() } }
}
