import CCurl
import Glibc

/// An IPv4 or IPv6 address, and what kind of network it belongs to. Sources: the IANA special-purpose registries, RFC 6890.
struct NetworkAddress: Hashable {
  /// Tells how near an address is.
  enum Reach: Hashable {
    /// Anywhere on the internet.
    case `public`
    /// A network of an organisation or carrier.
    case `private`
    /// This machine.
    case loopback
    /// This cable: where clouds keep their metadata services.
    case linkLocal
    /// Multicast, broadcast and addresses without a use: never a server.
    case reserved
  }

  /// 4 or 16 bytes.
  let bytes: [UInt8]

  /// Takes raw bytes: 4 or 16 of them.
  init(bytes: [UInt8]) {
    precondition(bytes.count == 4 || bytes.count == 16, "an address has 4 or 16 bytes")
    self.bytes = bytes
  }

  /// Reads an address as it stands in a URL or proxy list, with or without brackets and zone; nil for a name.
  init?(literal: String) {
    var text = literal[...]
    if text.hasPrefix("["), text.hasSuffix("]") { text = text.dropFirst().dropLast() }
    text = text.prefix { $0 != "%" }
    var v4 = in_addr()
    var v6 = in6_addr()
    // Safety: inet_pton writes into the structure of its family, and both are plain bytes.
    if unsafe inet_pton(AF_INET, String(text), &v4) == 1 {
      bytes = unsafe withUnsafeBytes(of: v4) { unsafe Array($0) }
    } else if unsafe inet_pton(AF_INET6, String(text), &v6) == 1 {
      bytes = unsafe withUnsafeBytes(of: v6) { unsafe Array($0) }
    } else {
      return nil
    }
  }

  /// Tells how near the address is; an IPv4 address inside an IPv6 one counts as itself.
  var reach: Reach {
    if bytes.count == 4 { return Self.reach4(bytes[...]) }
    let head = bytes.prefix(12)
    if head.dropLast(2).allSatisfy({ $0 == 0 }) {
      let isMapped = bytes[10] == 0xff && bytes[11] == 0xff
      if isMapped { return Self.reach4(bytes[12...]) }
      if bytes[10] == 0, bytes[11] == 0 {
        // :: and ::1, and the old IPv4-compatible form.
        let isLocal = bytes[12...14].allSatisfy { $0 == 0 } && bytes[15] <= 1
        return isLocal ? .loopback : Self.reach4(bytes[12...])
      }
    }
    if head.elementsEqual([0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0]) { return Self.reach4(bytes[12...]) }
    switch (bytes[0], bytes[1]) {
    case (0x20, 0x02): return Self.reach4(bytes[2..<6])
    case (0xfe, 0x80...0xbf): return .linkLocal
    case (0xfe, 0xc0...0xff), (0xfc...0xfd, _): return .private
    case (0xff, _): return .reserved
    default: return .public
    }
  }

  private static func reach4(_ address: ArraySlice<UInt8>) -> Reach {
    let bytes = Array(address)
    switch (bytes[0], bytes[1]) {
    case (0, _), (127, _): return .loopback
    case (169, 254): return .linkLocal
    case (10, _), (172, 16...31), (192, 168), (100, 64...127), (198, 18...19): return .private
    case (192, 0) where bytes[2] == 0: return .private
    case (224..., _): return .reserved
    default: return .public
    }
  }

  /// Looks a name up and returns how near its addresses are; empty when it has none.
  static func reaches(of host: String) -> Set<Reach> {
    if let literal = NetworkAddress(literal: host) { return [literal.reach] }
    var hints = unsafe addrinfo()
    unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    // Safety: the list belongs to this call until freeaddrinfo; each node's address has the size of its family.
    guard unsafe getaddrinfo(host, nil, &hints, &list) == 0 else { return [] }
    defer { unsafe freeaddrinfo(list) }
    var reaches: Set<Reach> = []
    var node = unsafe list
    while let entry = unsafe node {
      if unsafe entry.pointee.ai_family == AF_INET {
        let bytes = unsafe entry.pointee.ai_addr.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
          unsafe withUnsafeBytes(of: $0.pointee.sin_addr) { unsafe Array($0) }
        }
        reaches.insert(NetworkAddress(bytes: bytes).reach)
      } else if unsafe entry.pointee.ai_family == AF_INET6 {
        let bytes = unsafe entry.pointee.ai_addr.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) {
          unsafe withUnsafeBytes(of: $0.pointee.sin6_addr) { unsafe Array($0) }
        }
        reaches.insert(NetworkAddress(bytes: bytes).reach)
      }
      unsafe node = entry.pointee.ai_next
    }
    return reaches
  }
}
