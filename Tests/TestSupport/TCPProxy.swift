import CTestSystem
import Glibc
import Threads

/// Stands between a client and a server and breaks connections at a chosen point, each order once.
///
/// Connections to `port` of 127.0.0.1 are passed on to the server, bytes unchanged.
public final class TCPProxy: Sendable {
  /// Where a connection breaks: both sides of it are reset.
  public enum Break: Sendable {
    /// A request that contains this text does not reach the server.
    case loseRequest(String)
    /// A request that contains this text reaches the server; its reply is lost.
    case loseReply(String)
    /// After so many bytes from the client, counted over one connection.
    case cutRequests(after: Int)
    /// After so many bytes from the server, counted over one connection.
    case cutReplies(after: Int)
  }

  /// The port clients connect to.
  public let port: Int
  private let listener: CInt
  private let target: Endpoint
  private let state = Lock(State())

  private struct State {
    var orders: [Break] = []
    var open: Set<CInt> = []
    var connectionCount = 0
    var breakCount = 0
    var isStopped = false
  }

  /// Starts to pass connections on to a server.
  public init(to target: Endpoint) throws {
    let (listener, port) = try Endpoint.listen()
    (self.listener, self.port, self.target) = (listener, port, target)
    let (state, server) = (state, target)
    state.withLock { _ = $0.open.insert(listener) }
    _ = Thread(stackBytes: 1 << 18) {
      while true {
        let client = accept4(listener, nil, nil, CInt(SOCK_CLOEXEC.rawValue))
        if client < 0, errno == EINTR || errno == ECONNABORTED { continue }
        guard client >= 0 else { break }
        guard let upstream = try? server.connect() else {
          _ = Glibc.close(client)
          continue
        }
        Self.pass(client, upstream, state)
      }
      Self.close(listener, state)
    }
  }

  deinit { stop() }

  /// Orders a break. Several are carried out in their order, each when its time comes.
  public func order(_ next: Break) { state.withLock { $0.orders.append(next) } }

  /// How many connections were taken, and how many orders carried out.
  public var counts: (connections: Int, breaks: Int) { state.withLock { ($0.connectionCount, $0.breakCount) } }

  /// Resets all connections and takes no more.
  public func stop() {
    state.withLock { state in
      state.isStopped = true
      for descriptor in state.open { shutdown(descriptor, CInt(SHUT_RDWR)) }
    }
  }

  /// Passes bytes both ways until one side ends or an order breaks the connection.
  private static func pass(_ client: CInt, _ server: CInt, _ state: Lock<State>) {
    let isStopped = state.withLock { state in
      state.connectionCount += 1
      state.open.formUnion([client, server])
      return state.isStopped
    }
    // Both directions share whether the next reply is to be lost, and who is the last to leave.
    let link = Lock((losesReply: false, directions: 2))
    for direction in [Direction.requests, .replies] {
      let (from, to) = direction == .requests ? (client, server) : (server, client)
      _ = Thread(stackBytes: 1 << 18) {
        if !isStopped { run(direction, from, to, link, state) }
        for descriptor in [client, server] { shutdown(descriptor, CInt(SHUT_RDWR)) }
        if link.withLock({ link in
          link.directions -= 1
          return link.directions == 0
        }) {
          close(client, state)
          close(server, state)
        }
      }
    }
  }

  private enum Direction { case requests, replies }

  private static func run(
    _ direction: Direction, _ from: CInt, _ to: CInt, _ link: Lock<(losesReply: Bool, directions: Int)>,
    _ state: Lock<State>
  ) {
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    var passed = 0
    var recent: [UInt8] = []
    while true {
      let count = unsafe recv(from, &buffer, buffer.count, 0)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return }
      if direction == .replies, link.withLock({ $0.losesReply }) { return breakOff(from, to, state) }
      recent = recent.suffix(256) + buffer[..<count]
      var (rest, isBroken) = (count, false)
      state.withLock { state in
        guard let order = state.orders.first else { return }
        switch (order, direction) {
        case (.loseRequest(let text), .requests) where contains(recent, text): (rest, isBroken) = (0, true)
        case (.loseReply(let text), .requests) where contains(recent, text): link.withLock { $0.losesReply = true }
        case (.cutRequests(let after), .requests) where passed + count > after,
          (.cutReplies(let after), .replies) where passed + count > after:
          (rest, isBroken) = (max(after - passed, 0), true)
        default: return
        }
        state.orders.removeFirst()
        state.breakCount += 1
      }
      guard sendAll(buffer[..<rest], to) else { return }
      if isBroken { return breakOff(from, to, state) }
      passed += count
    }
  }

  private static func breakOff(_ from: CInt, _ to: CInt, _ state: Lock<State>) {
    var option = linger(l_onoff: 1, l_linger: 0)
    for descriptor in [from, to] {
      unsafe setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    }
  }

  private static func sendAll(_ bytes: ArraySlice<UInt8>, _ descriptor: CInt) -> Bool {
    var done = bytes.startIndex
    while done < bytes.endIndex {
      // Safety: the pointer is used inside the closure only, within the slice.
      let count = unsafe bytes[done...].withUnsafeBytes {
        unsafe send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return false }
      done += count
    }
    return true
  }

  private static func contains(_ bytes: [UInt8], _ text: String) -> Bool {
    let needle = Array(text.utf8)
    guard bytes.count >= needle.count else { return false }
    return (0...(bytes.count - needle.count)).contains { bytes[$0...].starts(with: needle) }
  }

  private static func close(_ descriptor: CInt, _ state: Lock<State>) {
    // Within the lock: a number that is closed may be given out anew at once.
    state.withLock { state in
      state.open.remove(descriptor)
      _ = Glibc.close(descriptor)
    }
  }
}
