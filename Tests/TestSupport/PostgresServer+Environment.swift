import CTestSystem
import Glibc

extension PostgresServer {
  /// Returns the directory of the newest server installed, as Debian lays it out, else where `pg_ctl` is in `PATH`.
  static func findBinaries() throws -> String {
    let root = "/usr/lib/postgresql"
    let versions = ((try? Files.list(root)) ?? []).filter { Files.exists("\(root)/\($0)/bin/postgres") }
    if let newest = versions.max(by: { (Int($0) ?? 0) < (Int($1) ?? 0) }) { return "\(root)/\(newest)/bin" }
    let paths = unsafe getenv("PATH").map { unsafe String(cString: $0) } ?? ""
    for path in paths.split(separator: ":") where Files.exists("\(path)/pg_ctl") { return String(path) }
    throw SupportError("find PostgreSQL", "no server in \(root) or PATH; install the package postgresql")
  }

  /// Makes the server's directory, owned by the user that runs it.
  static func makeDirectory() throws -> String {
    // Directly in /tmp: a socket's path may have 107 bytes only.
    var template = Array("/tmp/wspg-XXXXXX".utf8CString)
    // Safety: mkdtemp replaces the six X in place, inside the array.
    guard unsafe mkdtemp(&template) != nil else { throw SupportError("make a directory in /tmp", errno: errno) }
    let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    if getuid() == 0 {
      guard let user = unsafe getpwnam("postgres") else {
        throw SupportError("find the user postgres", "root may not run a server, and there is no such user")
      }
      // Safety: the entry is valid until the next getpwnam; two numbers are read from it at once.
      guard unsafe chown(path, user.pointee.pw_uid, user.pointee.pw_gid) == 0 else {
        throw SupportError("give \(path) to postgres", errno: errno)
      }
      // The tests' own user must reach the socket.
      guard unsafe chmod(path, 0o755) == 0 else { throw SupportError("open \(path)", errno: errno) }
    }
    return path
  }

  /// Whether the server is run by the user `postgres`, because it refuses to be run by root.
  public static var runsAsOtherUser: Bool { getuid() == 0 }

  /// Returns the command that runs a program as the server's user: the server refuses to run as root.
  static func asServerUser(_ program: String, _ arguments: [String]) -> (program: String, arguments: [String]) {
    guard runsAsOtherUser else { return (program, arguments) }
    return ("setpriv", ["--reuid=postgres", "--regid=postgres", "--clear-groups", "--", program] + arguments)
  }

  /// Returns a TCP port of 127.0.0.1 that was free a moment ago.
  static func freePort() throws -> Int {
    let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { throw SupportError("find a free port", errno: errno) }
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    // Safety: a sockaddr_in is a sockaddr of that length; the pointers are used inside the closure only.
    let status = unsafe withUnsafeMutablePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        unsafe bind(descriptor, address, length) == 0 && getsockname(descriptor, address, &length) == 0
      }
    }
    guard status else { throw SupportError("find a free port", errno: errno) }
    return Int(UInt16(bigEndian: address.sin_port))
  }
}
