import Glibc
import Threads

/// The open sockets of a server, each with a thread of its own.
final class Connections: Sendable {
  private let responder: Responder
  private let state = Lock(State())

  private struct State {
    var open: Set<CInt> = []
    var isStopped = false
  }

  init(responder: Responder) { self.responder = responder }

  /// Takes connections until the server stops.
  func listen(_ listener: Socket, origin: Fault.Origin, tls: TLSContext?) {
    guard register(listener) else { return }
    _ = Thread(stackBytes: 1 << 18) { [self] in
      while let socket = listener.accept() {
        guard register(socket) else { break }
        responder.statistics.withLock { $0.connectionCount += 1 }
        _ = Thread(stackBytes: 1 << 19) { [self] in
          serve(socket, origin: origin, tls: tls)
          finish(socket)
        }
      }
      finish(listener)
    }
  }

  /// Ends every socket; their threads notice and close them.
  func stop() {
    state.withLock { state in
      state.isStopped = true
      for descriptor in state.open { Socket(descriptor: descriptor).shutDown() }
    }
  }

  private func register(_ socket: Socket) -> Bool {
    let isTaken = state.withLock { state in
      if !state.isStopped { state.open.insert(socket.descriptor) }
      return !state.isStopped
    }
    if !isTaken { close(socket.descriptor) }
    return isTaken
  }

  private func finish(_ socket: Socket) {
    // Within the lock: a number that is closed may be given out anew at once.
    state.withLock { state in
      state.open.remove(socket.descriptor)
      _ = close(socket.descriptor)
    }
  }

  /// Answers the requests of one connection, one after another.
  private func serve(_ plain: Socket, origin: Fault.Origin, tls: TLSContext?) {
    // `sendfile` has no flag against the signal of a closed peer.
    var signals = sigset_t()
    unsafe sigemptyset(&signals)
    unsafe sigaddset(&signals, SIGPIPE)
    unsafe pthread_sigmask(SIG_BLOCK, &signals, nil)
    var socket = plain
    if let tls {
      socket.session = tls.accept(plain.descriptor)
      guard socket.session != nil else { return }
    }
    defer { socket.session?.close() }
    var reader = RequestReader(socket: socket)
    let sender = Sender(socket: socket)
    while let request = reader.next() {
      let response = responder.respond(request, origin: origin)
      let isCounted = !request.path.hasPrefix("/_fake/")
      if isCounted, response.delivery.delayMilliseconds == 0, response.delivery.isPlain, response.delivery.raw == nil {
        // Counted before the last byte leaves: a client that has the answer finds its request in the statistics.
        count(
          request, response.status, request.method == "HEAD" || response.status == 304 ? 0 : response.body.count, origin
        )
        guard sender.send(response, hasBody: request.method != "HEAD", closes: request.closesConnection).keepsConnection
        else { return }
        continue
      }
      let outcome = sender.send(response, hasBody: request.method != "HEAD", closes: request.closesConnection)
      if isCounted { count(request, response.status, outcome.bytes, origin) }
      guard outcome.keepsConnection else { return }
    }
  }

  private func count(_ request: Request, _ status: Int, _ bytes: Int, _ origin: Fault.Origin) {
    let record = RequestRecord(
      origin: origin, method: request.method, target: request.target, status: status, bytes: bytes)
    responder.statistics.withLock { $0.record(record, token: request.token) }
  }
}

/// Reads requests off a connection.
struct RequestReader {
  private let socket: Socket
  private var buffer = [UInt8](repeating: 0, count: 1 << 14)
  private var pending: [UInt8] = []

  init(socket: Socket) { self.socket = socket }

  /// Returns the next request; nil at the end of the connection or when what comes is no request.
  mutating func next() -> Request? {
    var end = Self.headEnd(pending, from: 0)
    while end == nil {
      let searched = max(pending.count - 3, 0)
      guard pending.count < Request.headLimit, fill() else { return nil }
      end = Self.headEnd(pending, from: searched)
    }
    guard let end else { return nil }
    let head = pending[..<end]
    guard let bare = Request(head: head, body: []) else { return nil }
    let length = bare.headers["content-length"].flatMap { Int($0) } ?? 0
    guard length >= 0, length <= Request.bodyLimit else { return nil }
    if bare.headers["expect"]?.lowercased() == "100-continue" {
      _ = socket.send(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)[...])
    }
    while pending.count < end + 4 + length { guard fill() else { return nil } }
    let body = Array(pending[(end + 4)..<(end + 4 + length)])
    pending.removeFirst(end + 4 + length)
    return length == 0 ? bare : Request(head: head, body: body)
  }

  private mutating func fill() -> Bool {
    let count = socket.read(into: &buffer)
    pending += buffer[..<count]
    return count > 0
  }

  static func headEnd(_ bytes: [UInt8], from: Int) -> Int? {
    guard bytes.count >= 4 else { return nil }
    for at in from..<max(bytes.count - 3, from) where bytes[at] == 13 {
      if bytes[at + 1] == 10, bytes[at + 2] == 13, bytes[at + 3] == 10 { return at }
    }
    return nil
  }
}
