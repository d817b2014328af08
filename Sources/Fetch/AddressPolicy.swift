/// Decides which network addresses may be connected to, so that no redirect reaches into the machine or its network.
///
/// Link-local and reserved addresses are always refused. Loopback and private ones are for the configured host, for hosts that
/// were allowed by name, and for others only when the configured host is of the same reach.
final class AddressPolicy {
  private let host: String
  private let allowedHosts: Set<String>
  private let look: (String) -> Set<NetworkAddress.Reach>
  private lazy var ownReaches = look(host)

  /// Protects what the configured `host` is not. `look` finds a name's addresses, when it matters for the first time.
  init(
    host: String, allowedHosts: Set<String>,
    look: @escaping (String) -> Set<NetworkAddress.Reach> = NetworkAddress.reaches(of:)
  ) {
    self.host = host
    self.allowedHosts = Set(allowedHosts.map { $0.lowercased() })
    self.look = look
  }

  /// Returns why an address must not be connected to for a URL of `host`, or nil when it may.
  func refusal(_ address: NetworkAddress, for host: String) -> String? {
    switch address.reach {
    case .public: return nil
    case .linkLocal: return "its address is link-local"
    case .reserved: return "its address is reserved"
    case .private, .loopback:
      if host == self.host || allowedHosts.contains(host) || ownReaches.contains(address.reach) { return nil }
      return address.reach == .loopback ? "its address is this machine's" : "its address is in a private network"
    }
  }
}
