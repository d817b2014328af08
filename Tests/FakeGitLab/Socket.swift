import CTestSystem
import Glibc

/// A TCP socket on 127.0.0.1 by its descriptor. Counterparts: `socket`, `send`, `sendfile`, `poll`.
struct Socket: Sendable {
  let descriptor: CInt
  /// What encrypts, when something does.
  var session: TLSSession?

  /// Listens on a port of 127.0.0.1; 0 takes any free one.
  static func listen(port: Int) throws(FakeGitLabError) -> Socket {
    let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw FakeGitLabError("make a socket", errno: errno) }
    var yes: CInt = 1
    unsafe setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<CInt>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(truncatingIfNeeded: port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    // Safety: a sockaddr_in is a sockaddr of that length; the pointer is used inside the closure only.
    let bound = unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard bound == 0, Glibc.listen(descriptor, 512) == 0 else {
      let code = errno
      close(descriptor)
      throw FakeGitLabError("listen on 127.0.0.1:\(port)", errno: code)
    }
    return Socket(descriptor: descriptor)
  }

  /// The port it listens on.
  var port: Int {
    var address = sockaddr_in()
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    // Safety: as in `listen`.
    _ = unsafe withUnsafeMutablePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe getsockname(descriptor, $0, &length) }
    }
    return Int(UInt16(bigEndian: address.sin_port))
  }

  /// Waits for the next connection; nil once the listener is shut down.
  func accept() -> Socket? {
    while true {
      let descriptor = accept4(descriptor, nil, nil, CInt(SOCK_CLOEXEC.rawValue))
      if descriptor >= 0 {
        var yes: CInt = 1
        unsafe setsockopt(descriptor, CInt(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<CInt>.size))
        return Socket(descriptor: descriptor)
      }
      guard errno == EINTR || errno == ECONNABORTED else { return nil }
    }
  }

  /// Reads up to the buffer's size; 0 at the end or after any error.
  func read(into buffer: inout [UInt8]) -> Int {
    if let session { return session.read(into: &buffer) }
    while true {
      let count = unsafe recv(descriptor, &buffer, buffer.count, 0)
      if count < 0, errno == EINTR { continue }
      return max(count, 0)
    }
  }

  /// Sends all bytes; false when the peer is gone. With `more` the system may wait for what follows.
  func send(_ bytes: ArraySlice<UInt8>, more: Bool = false) -> Bool {
    if let session { return session.send(bytes) }
    var done = bytes.startIndex
    let flags = CInt(MSG_NOSIGNAL) | (more ? CInt(MSG_MORE) : 0)
    while done < bytes.endIndex {
      // Safety: the pointer is used inside the closure only, within the slice.
      let count = unsafe bytes[done...].withUnsafeBytes {
        unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, flags)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return false }
      done += count
    }
    return true
  }

  /// Sends `count` bytes of an open file from `offset` without copying them through this process; false when the peer is gone.
  func sendFile(_ file: CInt, from offset: Int, count: Int) -> Bool {
    if session != nil { return sendCopies(of: file, from: offset, count: count) }
    var position = off_t(offset)
    var left = count
    while left > 0 {
      let sent = unsafe sendfile(descriptor, file, &position, left)
      if sent < 0, errno == EINTR { continue }
      guard sent > 0 else { return false }
      left -= sent
    }
    return true
  }

  private func sendCopies(of file: CInt, from offset: Int, count: Int) -> Bool {
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    var sent = 0
    while sent < count {
      let got = unsafe pread(file, &piece, min(piece.count, count - sent), off_t(offset + sent))
      guard got > 0, send(piece[..<got]) else { return false }
      sent += got
    }
    return true
  }

  /// Waits until the peer closes, the server stops, or `milliseconds` pass (-1: no limit).
  func waitForHangUp(milliseconds: Int) {
    var events = pollfd(fd: descriptor, events: Int16(ts_POLLRDHUP), revents: 0)
    _ = unsafe poll(&events, 1, CInt(clamping: milliseconds))
  }

  /// Makes the close that follows a reset (RST) instead of an orderly end.
  func resetOnClose() {
    var option = linger(l_onoff: 1, l_linger: 0)
    unsafe setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
  }

  /// Ends both directions and wakes whoever waits on it; the descriptor stays taken.
  func shutDown() { shutdown(descriptor, CInt(SHUT_RDWR)) }
}
