import CTestSystem
import Glibc
import Threads

/// A request as it came over the wire.
struct RecordedRequest: Sendable {
  let line: String
  let headers: [(name: String, value: String)]
  /// Which connection it came on, from 1.
  let connection: Int

  var path: String { line.split(separator: " ").dropFirst().first.map(String.init) ?? "" }

  subscript(name: String) -> String? { headers.first { $0.name.lowercased() == name.lowercased() }?.value }
}

/// A connection that a script writes its answer to, byte by byte as it likes.
struct ScriptedConnection {
  let socket: CInt

  /// Writes text; false once the client has gone.
  @discardableResult
  func write(_ text: String) -> Bool { write(Array(text.utf8)) }

  @discardableResult
  func write(_ bytes: [UInt8]) -> Bool {
    var sent = 0
    while sent < bytes.count {
      let rest = bytes[sent...]
      let count = unsafe rest.withUnsafeBytes { unsafe send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      if count <= 0 { return false }
      sent += count
    }
    return true
  }

  /// Writes a whole answer with its length.
  func answer(_ status: String, _ body: String = "", headers: [String] = []) {
    let lines = ["HTTP/1.1 \(status)", "Content-Length: \(body.utf8.count)"] + headers
    write(lines.map { $0 + "\r\n" }.joined() + "\r\n" + body)
  }

  /// Waits until the client closes the connection, or sends something.
  func waitForClient() {
    var byte: UInt8 = 0
    unsafe _ = recv(socket, &byte, 1, Int32(MSG_PEEK))
  }

  /// Makes the end of the connection a reset.
  func reset() {
    var lingering = linger(l_onoff: 1, l_linger: 0)
    unsafe setsockopt(socket, SOL_SOCKET, SO_LINGER, &lingering, socklen_t(MemoryLayout<linger>.size))
  }
}

/// A web server on a free port of this machine whose every answer a closure writes; it keeps what it was asked.
final class ScriptedServer: Sendable {
  /// Answers one request; false closes the connection.
  typealias Script = @Sendable (RecordedRequest, ScriptedConnection) -> Bool

  let port: UInt16
  private let listener: CInt
  private let script: Script
  private let state = Lock((requests: [RecordedRequest](), sockets: Set<CInt>(), connections: 0, isStopped: false))

  init(_ script: @escaping Script) {
    self.script = script
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    // Safety: the address is of the size that is passed along, and lives through both calls.
    let isBound = unsafe withUnsafeMutablePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        unsafe bind(listener, pointer, length) == 0 && listen(listener, 64) == 0
          && getsockname(listener, pointer, &length) == 0
      }
    }
    precondition(isBound, "no free port")
    port = UInt16(bigEndian: address.sin_port)
    self.listener = listener
    _ = Thread { [weak self, listener] in
      while true {
        let socket = accept(listener, nil, nil)
        guard socket >= 0, let server = self else { break }
        server.begin(socket)
      }
      close(listener)
    }
  }

  deinit { stop() }

  var url: String { "http://127.0.0.1:\(port)" }

  /// The requests so far.
  var requests: [RecordedRequest] { state.withLock { $0.requests } }

  /// How many connections were accepted so far.
  var connections: Int { state.withLock { $0.connections } }

  /// Ends the server and all its connections.
  func stop() {
    state.withLock { state in
      guard !state.isStopped else { return }
      state.isStopped = true
      shutdown(listener, Int32(SHUT_RDWR))
      for socket in state.sockets { shutdown(socket, Int32(SHUT_RDWR)) }
    }
  }

  private func begin(_ socket: CInt) {
    let number: Int? = state.withLock { state in
      guard !state.isStopped else { return nil }
      state.sockets.insert(socket)
      state.connections += 1
      return state.connections
    }
    guard let number else {
      close(socket)
      return
    }
    _ = Thread { [weak self, script] in
      while let request = Self.read(socket, number) {
        self?.state.withLock { $0.requests.append(request) }
        guard script(request, ScriptedConnection(socket: socket)) else { break }
      }
      self?.state.withLock { _ = $0.sockets.remove(socket) }
      close(socket)
    }
  }

  /// Reads one request head; nil at the end of the connection.
  private static func read(_ socket: CInt, _ connection: Int) -> RecordedRequest? {
    var head: [UInt8] = []
    while !head.suffix(4).elementsEqual([13, 10, 13, 10]) {
      var byte: UInt8 = 0
      guard unsafe recv(socket, &byte, 1, 0) == 1, head.count < 100_000 else { return nil }
      head.append(byte)
    }
    let lines = head.split(separator: 10).map { String(decoding: $0.filter { $0 != 13 }, as: UTF8.self) }
    let headers = lines.dropFirst().filter { !$0.isEmpty }.map { line in
      let parts = line.split(separator: ":", maxSplits: 1).map(String.init)
      return (name: parts[0], value: String((parts.count > 1 ? parts[1] : "").drop { $0 == " " }))
    }
    return RecordedRequest(line: lines.first ?? "", headers: headers, connection: connection)
  }
}
