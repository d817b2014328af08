import CTestSystem
import Glibc

/// A bare HTTP client for tests of the server itself: one request a connection, nothing followed, nothing hidden.
public struct RawClient: Sendable {
  /// What came back.
  public struct Answer: Sendable {
    /// The status; 0 when no status line came.
    public var status = 0
    /// The headers in order.
    public var headers: [Header] = []
    /// The bytes after the head, as they came: chunk sizes included.
    public var body: [UInt8] = []
    /// True when the connection was reset.
    public var wasReset = false
    /// True when nothing more came within the time.
    public var timedOut = false

    /// The value of a header, by its name in any case.
    public subscript(name: String) -> String? {
      headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }
    /// The body as text.
    public var text: String { String(decoding: body, as: UTF8.self) }
  }

  /// The port of 127.0.0.1 it talks to.
  public let port: Int

  /// Makes a client for `http://127.0.0.1:PORT`.
  public init(_ url: String) { port = Int(url.split(separator: ":").last ?? "") ?? 0 }

  /// Sends a request and reads until the server closes, `limit` bytes have come, or nothing comes for `timeout` seconds.
  public func send(
    _ method: String = "GET", _ target: String, headers: [Header] = [], body: [UInt8] = [], limit: Int = 1 << 26,
    timeout: Double = 10
  ) throws(FakeGitLabError) -> Answer {
    let socket = try connect()
    defer { close(socket.descriptor) }
    var text = "\(method) \(target) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nConnection: close\r\n"
    for header in headers { text += "\(header.name): \(header.value)\r\n" }
    if !body.isEmpty { text += "Content-Length: \(body.count)\r\n" }
    guard socket.send((Array((text + "\r\n").utf8) + body)[...]) else { throw FakeGitLabError("the server is gone") }
    var answer = Answer()
    var received: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while received.count < limit {
      var events = pollfd(fd: socket.descriptor, events: Int16(POLLIN), revents: 0)
      guard unsafe poll(&events, 1, CInt(timeout * 1000)) > 0 else {
        answer.timedOut = true
        break
      }
      let count = unsafe recv(socket.descriptor, &buffer, buffer.count, 0)
      if count < 0 { answer.wasReset = errno == ECONNRESET }
      guard count > 0 else { break }
      received += buffer[..<count]
    }
    Self.split(received, into: &answer)
    return answer
  }

  /// Asks for a path or a whole address of the server.
  public static func get(
    _ url: String, headers: [Header] = [], limit: Int = 1 << 26, timeout: Double = 10
  ) throws(FakeGitLabError) -> Answer {
    let rest = url.dropFirst("http://".utf8.count)
    let slash = rest.firstIndex(of: "/") ?? rest.endIndex
    let target = slash == rest.endIndex ? "/" : String(rest[slash...])
    return try RawClient(String(rest[..<slash])).send("GET", target, headers: headers, limit: limit, timeout: timeout)
  }

  private func connect() throws(FakeGitLabError) -> Socket {
    let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw FakeGitLabError("make a socket", errno: errno) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(truncatingIfNeeded: port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    // Safety: a sockaddr_in is a sockaddr of that length; the pointer is used inside the closure only.
    let status = unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard status == 0 else {
      let code = errno
      close(descriptor)
      throw FakeGitLabError("connect to 127.0.0.1:\(port)", errno: code)
    }
    return Socket(descriptor: descriptor)
  }

  private static func split(_ received: [UInt8], into answer: inout Answer) {
    guard let end = RequestReader.headEnd(received, from: 0) else {
      answer.body = received
      return
    }
    let lines = String(decoding: received[..<end], as: UTF8.self).split(separator: "\r\n")
    answer.status = lines.first.flatMap { Int($0.split(separator: " ").dropFirst().first ?? "") } ?? 0
    answer.headers = lines.dropFirst().compactMap { line in
      guard let colon = line.firstIndex(of: ":") else { return nil }
      return Header(String(line[..<colon]), String(line[line.index(after: colon)...].drop { $0 == " " }))
    }
    answer.body = Array(received[(end + 4)...])
  }
}
