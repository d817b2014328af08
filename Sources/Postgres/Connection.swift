import CPQ
import Glibc

/// One session with a PostgreSQL server, used from one thread at a time. Counterpart: `PGconn`.
///
/// Every wait is interruptible: `shouldStop` is asked about five times a second, and a true answer ends the wait with
/// `.interrupted`. After `.connectionLost` or `.interrupted` the session is unusable and only to be dropped.
@safe
public final class Connection {
  let handle: OpaquePointer
  /// Asked during each wait; nil never stops.
  public var shouldStop: (() -> Bool)?
  /// What COPY data is gathered in before it is handed to libpq.
  var copyBuffer: [UInt8] = []

  /// The most bytes of COPY data that are gathered into one message.
  public static let copyPieceBytes = 64 << 10

  /// Connects, within the settings' `connect_timeout`.
  ///
  /// Throws `.connect` when no server answers or it refuses, `.interrupted` when `shouldStop` says so.
  public init(_ settings: ConnectionSettings, shouldStop: (() -> Bool)? = nil) throws(PostgresError) {
    self.shouldStop = shouldStop
    var settings = settings
    var started = unsafe try Self.start(settings)
    if !settings.choosesTLSMode, settings.values["service"] != nil, unsafe !Self.mayGoUnverified(started) {
      unsafe PQfinish(started)
      settings.requireVerifiedTLS()
      unsafe started = try Self.start(settings)
    }
    unsafe handle = started
    // While connecting, libpq tells the server's code only inside its text.
    _ = unsafe PQsetErrorVerbosity(handle, PQERRORS_VERBOSE)
    try connect(seconds: settings.connectSeconds)
    _ = unsafe PQsetErrorVerbosity(handle, PQERRORS_DEFAULT)
    unsafe cpq_ignore_notices(handle)
    guard unsafe PQsetnonblocking(handle, 1) == 0 else { throw lost("connect") }
    let encoding = parameter("server_encoding") ?? "unknown"
    guard encoding == "UTF8" else {
      throw PostgresError(
        .unexpected, operation: "connect", message: "the database's encoding is \(encoding), not UTF8",
        hint: "use a database created with ENCODING 'UTF8'")
    }
  }

  deinit { unsafe PQfinish(handle) }

  /// The server's version as a number: 150004 is 15.4. Counterpart: `PQserverVersion`.
  public var serverVersion: Int { Int(unsafe PQserverVersion(handle)) }

  /// Whether TLS protects this session. Counterpart: `PQsslInUse`.
  public var usesTLS: Bool { unsafe PQsslInUse(handle) == 1 }

  /// A setting that the server reports by itself, such as `server_encoding`. Counterpart: `PQparameterStatus`.
  public func parameter(_ name: String) -> String? {
    // Safety: the text belongs to the connection and is copied at once.
    guard let value = unsafe PQparameterStatus(handle, name) else { return nil }
    return unsafe String(cString: value)
  }

  /// Whether the session is inside a transaction that has failed or is open. Counterpart: `PQtransactionStatus`.
  public var isIdle: Bool { unsafe PQtransactionStatus(handle) == PQTRANS_IDLE }

  /// Quotes a name so that it can stand in a statement, whatever it holds.
  ///
  /// Throws `.limit` for a name that no object can have: empty, with a NUL, or over 63 bytes (the server would cut it).
  public static func quote(identifier: String) throws(PostgresError) -> String {
    let bytes = identifier.utf8
    guard !bytes.isEmpty, bytes.count <= 63, !bytes.contains(0) else {
      throw PostgresError(
        .limit, operation: "quote a name", message: "a name has 1 to 63 bytes and no NUL",
        hint: "choose a shorter schema name")
    }
    var quoted = "\""
    for character in identifier.unicodeScalars {
      if character == "\"" { quoted.append("\"") }
      quoted.unicodeScalars.append(character)
    }
    return quoted + "\""
  }

  /// Quotes text as a string constant that is read alike under any setting of `standard_conforming_strings`.
  public static func quote(literal: String) -> String {
    var quoted = "'"
    var escapes = false
    for character in literal.unicodeScalars {
      if character == "'" || character == "\\" { quoted.unicodeScalars.append(character) }
      if character == "\\" { escapes = true }
      quoted.unicodeScalars.append(character)
    }
    return (escapes ? " E" : "") + quoted + "'"
  }

  // MARK: - Connecting

  private static func start(_ settings: ConnectionSettings) throws(PostgresError) -> OpaquePointer {
    let pairs = settings.values.sorted { $0.key < $1.key }
    let started: OpaquePointer? = unsafe withCStrings(pairs.map(\.key)) { keywords in
      unsafe withCStrings(pairs.map(\.value)) { values in unsafe PQconnectStartParams(keywords, values, 0) }
    }
    guard let started = unsafe started else {
      throw PostgresError(.connect, operation: "connect", message: "out of memory")
    }
    return unsafe started
  }

  /// Whether the effective settings keep the password and rows on this machine or name a TLS mode beyond the default.
  private static func mayGoUnverified(_ handle: OpaquePointer) -> Bool {
    guard let options = unsafe PQconninfo(handle) else { return true }
    defer { unsafe PQconninfoFree(options) }
    let values = unsafe Dictionary(ConnectionSettings.read(options)) { first, _ in first }
    if let mode = values["sslmode"], mode != "prefer" { return true }
    return ConnectionSettings.areLocal(host: values["host"]) && ConnectionSettings.areLocal(host: values["hostaddr"])
  }

  private func connect(seconds: Int) throws(PostgresError) {
    let deadline = Self.now() + Double(seconds)
    var next = PGRES_POLLING_WRITING
    if unsafe PQstatus(handle) == CONNECTION_BAD { throw refused() }
    while true {
      switch next {
      case PGRES_POLLING_OK: return
      case PGRES_POLLING_READING: try wait(for: POLLIN, until: deadline, operation: "connect")
      case PGRES_POLLING_WRITING: try wait(for: POLLOUT, until: deadline, operation: "connect")
      default: throw refused()
      }
      next = unsafe PQconnectPoll(handle)
    }
  }

  private func refused() -> PostgresError {
    let (state, message) = Self.readRefusal(libraryMessage)
    return PostgresError(
      .connect, sqlState: state, operation: "connect", message: message,
      hint: "check host, port, user, certificate and that the server is up")
  }

  /// Takes apart what libpq says of a refused connection: the server's code, if a server answered, and the text without it.
  static func readRefusal(_ text: String) -> (state: SQLState?, message: String) {
    var state: SQLState?
    var kept: [String] = []
    for line in text.split(separator: "\n") {
      // `… failed: FATAL:  57P03: the database system is starting up`, then a line that tells a place in the server's source.
      let parts = line.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
      let place = parts.firstIndex { part in
        part.utf8.count == 7 && part.hasPrefix("  ")
          && part.utf8.dropFirst(2).allSatisfy { (0x30...0x39).contains($0) || (0x41...0x5a).contains($0) }
      }
      if let place {
        state = SQLState(rawValue: String(parts[place].dropFirst(2)))
        kept.append((Array(parts[..<place]) + Array(parts[(place + 1)...])).joined(separator: ":"))
      } else if state == nil || line.contains("failed:") {
        kept.append(String(line))
      }
    }
    return (state, kept.joined(separator: "\n"))
  }

  // MARK: - Waiting

  /// Waits until the socket is ready for one of `events`. Fails at `deadline` (monotonic seconds) and when asked to stop.
  func wait(for events: CInt, until deadline: Double? = nil, operation: String) throws(PostgresError) {
    while true {
      if shouldStop?() ?? false {
        throw PostgresError(.interrupted, operation: operation, message: "stopped on request")
      }
      let socket = unsafe PQsocket(handle)
      guard socket >= 0 else { throw lost(operation) }
      var request = pollfd(fd: socket, events: Int16(events), revents: 0)
      let ready = unsafe poll(&request, 1, 200)
      if ready > 0 { return }
      if ready < 0, errno != EINTR { throw lost(operation) }
      if let deadline, Self.now() > deadline {
        throw PostgresError(
          .connect, operation: operation, message: "no answer in time", hint: "check the network and connect_timeout")
      }
    }
  }

  /// Sends everything that libpq has gathered, reading what arrives meanwhile. Counterpart: `PQflush`.
  func flush(_ operation: String) throws(PostgresError) {
    while true {
      switch unsafe PQflush(handle) {
      case 0: return
      case 1:
        try wait(for: POLLIN | POLLOUT, operation: operation)
        guard unsafe PQconsumeInput(handle) == 1 else { throw lost(operation) }
      default: throw lost(operation)
      }
    }
  }

  /// Waits for the next result; nil ends the results of one statement. Counterpart: `PQgetResult`.
  func nextResult(_ operation: String) throws(PostgresError) -> QueryResult? {
    while unsafe PQisBusy(handle) == 1 {
      try wait(for: POLLIN, operation: operation)
      guard unsafe PQconsumeInput(handle) == 1 else { throw lost(operation) }
    }
    // Safety: the result belongs to its wrapper from here on, which clears it.
    guard let result = unsafe PQgetResult(handle) else { return nil }
    return unsafe QueryResult(taking: result)
  }

  // MARK: - Errors

  /// The error for a broken session, in libpq's words.
  func lost(_ operation: String) -> PostgresError {
    PostgresError(.connectionLost, operation: operation, message: libraryMessage, hint: "the target is tried again")
  }

  /// The error for a result that says failure.
  func failure(_ result: QueryResult, _ operation: String) -> PostgresError {
    if result.sqlState == nil, unsafe PQstatus(handle) == CONNECTION_BAD { return lost(operation) }
    return PostgresError(
      .server, sqlState: result.sqlState, operation: operation, message: result.primaryMessage ?? libraryMessage)
  }

  private var libraryMessage: String {
    // Safety: the text belongs to the connection and is copied at once.
    guard let text = unsafe PQerrorMessage(handle) else { return "no message" }
    let message = unsafe String(cString: text)
    return message.isEmpty ? "the connection broke" : message
  }

  static func now() -> Double {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}

/// Lends `strings` as an array of C strings that ends at a null pointer, during `body` only.
func withCStrings<R>(
  _ strings: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> R
) -> R {
  // Safety: each copy lives until after `body` and is freed once; the array holds one more slot, null.
  let copies = unsafe strings.map { unsafe strdup($0) }
  defer { unsafe copies.forEach { unsafe free($0) } }
  var pointers: [UnsafePointer<CChar>?] = unsafe copies.map { unsafe UnsafePointer($0) }
  unsafe pointers.append(nil)
  return unsafe pointers.withUnsafeBufferPointer { unsafe body($0.baseAddress!) }
}
