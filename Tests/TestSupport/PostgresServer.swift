import Glibc
import Threads

/// A PostgreSQL server of a test's own: new cluster, Unix socket in a temporary directory, nothing shared with the system's.
///
/// Superuser `postgres`, no password (`trust`), UTF8, locale C, `fsync` off unless asked for. The server ends, and its files go, when the
/// object does, and also when this process dies in whatever way: a watcher process waits for that.
public final class PostgresServer: Sendable {
  /// The directory of the Unix socket: what libpq calls `host`.
  public let socketDirectory: String
  /// The port: part of the socket's name, and of the TCP address when there is one.
  public let port: Int
  /// True when it also listens on 127.0.0.1.
  public let listensOnTCP: Bool
  /// Where the server's log is.
  public var logPath: String { socketDirectory + "/log" }

  private let binaries: String
  private let guardEnd: Lock<CInt?>
  private let databaseCount = Lock(0)

  /// Starts a server, which takes about a second.
  ///
  /// `settings` are further `postgresql.conf` entries, such as `max_connections`. With `tcp` it also listens on a free port of 127.0.0.1.
  public init(settings: [String: String] = [:], tcp: Bool = false) throws {
    binaries = try Self.findBinaries()
    socketDirectory = try Self.makeDirectory()
    listensOnTCP = tcp
    port = tcp ? try Self.freePort() : 5432
    var all = [
      "listen_addresses": tcp ? "127.0.0.1" : "", "port": "\(port)", "unix_socket_directories": socketDirectory,
      "fsync": "off", "synchronous_commit": "on", "max_connections": "40", "shared_buffers": "64MB",
      "autovacuum": "off", "log_min_messages": "warning",
    ]
    all.merge(settings) { $1 }
    let pipe = try Pipe()
    guardEnd = Lock(pipe.write)
    // The watcher reads until every write end is closed: at `stop`, in deinit, or by the kernel when this process is no more.
    let script = "read -r line; \"$1/pg_ctl\" -D \"$2/data\" -m immediate -s -w stop >\"$2/stop\" 2>&1; rm -rf \"$2\""
    let null = unsafe open("/dev/null", O_RDWR | O_CLOEXEC)
    defer {
      close(null)
      close(pipe.read)
    }
    let watcher = Self.asServerUser("/bin/sh", ["-c", script, "watcher", binaries, socketDirectory])
    let watcherID = try Spawn.start(
      watcher.program, watcher.arguments, environment: nil, directory: "/", streams: [pipe.read, null, null])
    _ = Thread(stackBytes: 1 << 18) { _ = Spawn.wait(watcherID) }
    try run(
      "initdb", ["-D", "\(socketDirectory)/data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"])
    let configuration = all.sorted { $0.key < $1.key }.map { "\($0.key) = '\($0.value)'\n" }.joined()
    let path = "\(socketDirectory)/data/postgresql.conf"
    let appended = try Files.readText(path) + "\n" + configuration
    let descriptor = unsafe open(path, O_WRONLY | O_TRUNC | O_CLOEXEC)
    guard descriptor >= 0 else { throw SupportError("configure \(path)", errno: errno) }
    Spawn.writeAll(Array(appended.utf8), to: descriptor)
    close(descriptor)
    try start()
  }

  deinit { stopForGood() }

  /// One server for all tests of this process, started at its first use.
  public static func shared() throws -> PostgresServer { try sharedServer.get() }
  private static let sharedServer: Result<PostgresServer, any Error> = Result { try PostgresServer() }

  /// Starts the server again after `stop`.
  public func start() throws {
    try run("pg_ctl", ["-D", "\(socketDirectory)/data", "-l", logPath, "-s", "-w", "start"])
  }

  /// Stops the server: `fast` breaks connections and shuts down cleanly, `immediate` is a crash.
  public func stop(mode: String = "fast") throws {
    try run("pg_ctl", ["-D", "\(socketDirectory)/data", "-m", mode, "-s", "-w", "stop"])
  }

  /// Stops the server and removes its files, without waiting for that.
  public func stopForGood() {
    guardEnd.withLock { descriptor in
      if let open = descriptor { close(open) }
      descriptor = nil
    }
  }

  /// Makes a new, empty database and returns its name. `options` is what may follow `CREATE DATABASE name`.
  public func makeDatabase(options: String = "") throws -> String {
    let number = databaseCount.withLock { count in
      count += 1
      return count
    }
    try psql("CREATE DATABASE test\(number) \(options)", database: "postgres")
    return "test\(number)"
  }

  /// Returns the keyword form of a connection string, through the Unix socket.
  public func connectionString(database: String) -> String {
    "host=\(socketDirectory) port=\(port) user=postgres dbname=\(database)"
  }

  /// Returns the URL form, through the Unix socket.
  public func url(database: String) -> String {
    let host = socketDirectory.split(separator: "/").map { "%2F" + $0 }.joined()
    return "postgresql://postgres@\(host):\(port)/\(database)"
  }

  /// Returns the URL form through 127.0.0.1, for a server with `tcp`.
  public func tcpURL(database: String) -> String {
    "postgresql://postgres@127.0.0.1:\(port)/\(database)?sslmode=disable"
  }

  /// Runs SQL with psql and returns its rows: unaligned, no header, fields separated by `|`. Stops at the first error and throws it.
  @discardableResult
  public func psql(_ sql: String, database: String) throws -> String {
    try RunningProcess.check(
      "\(binaries)/psql",
      ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", connectionString(database: database), "-f", "-"],
      input: Array(sql.utf8)
    ).text
  }

  private func run(_ program: String, _ arguments: [String]) throws {
    let command = Self.asServerUser("\(binaries)/\(program)", arguments)
    let result = try RunningProcess.run(command.program, command.arguments, directory: "/")
    guard result.status == .code(0) else {
      let log = (try? Files.readText(logPath)) ?? ""
      throw SupportError("run \(program)", "\(result.status): \(result.errorText)\(log.suffix(2000))")
    }
  }
}
