import CTestSystem
import Glibc

/// Where something listens: a port of 127.0.0.1, or the path of a Unix socket.
public enum Endpoint: Hashable, Sendable {
  /// A port of 127.0.0.1.
  case port(Int)
  /// A Unix socket; PostgreSQL's is `DIRECTORY/.s.PGSQL.PORT`.
  case path(String)

  /// Connects, and returns the socket's descriptor.
  func connect() throws -> CInt {
    let isPath = if case .path = self { true } else { false }
    let descriptor = socket(isPath ? AF_UNIX : AF_INET, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw SupportError("make a socket", errno: errno) }
    let status = unsafe withAddress { unsafe Glibc.connect(descriptor, $0, $1) }
    guard status == 0 else {
      let code = errno
      close(descriptor)
      throw SupportError("connect to \(self)", errno: code)
    }
    return descriptor
  }

  /// Listens on a free port of 127.0.0.1, and returns the descriptor with the port.
  static func listen() throws -> (descriptor: CInt, port: Int) {
    let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw SupportError("make a socket", errno: errno) }
    guard unsafe Endpoint.port(0).withAddress({ unsafe bind(descriptor, $0, $1) }) == 0,
      Glibc.listen(descriptor, 64) == 0
    else {
      let code = errno
      close(descriptor)
      throw SupportError("listen on 127.0.0.1", errno: code)
    }
    var address = sockaddr_in()
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    // Safety: a sockaddr_in is a sockaddr of that length; the pointer is used inside the closure only.
    _ = unsafe withUnsafeMutablePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe getsockname(descriptor, $0, &length) }
    }
    return (descriptor, Int(UInt16(bigEndian: address.sin_port)))
  }

  private func withAddress<R>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> R) -> R {
    // Safety, both cases: the address is a sockaddr of its kind, and its pointer is used inside the closure only.
    switch self {
    case .port(let port):
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_port = UInt16(truncatingIfNeeded: port).bigEndian
      address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
      return unsafe withUnsafePointer(to: &address) { pointer in
        unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          unsafe body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
      }
    case .path(let path):
      var address = sockaddr_un()
      address.sun_family = sa_family_t(AF_UNIX)
      unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8.prefix(107)) }
      return unsafe withUnsafePointer(to: &address) { pointer in
        unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          unsafe body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
        }
      }
    }
  }
}
