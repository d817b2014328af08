/// A named database of one environment: keys in byte order, one value each. Counterpart: `MDB_dbi`.
///
/// Good as long as its environment is open; a transaction of another environment traps on it.
public struct Database: Sendable, Hashable {
  /// The name it was opened by.
  public let name: String
  let handle: UInt32
  let environment: Int

  /// The longest key in bytes. Counterpart: `mdb_env_get_maxkeysize`.
  public static let longestKey = 511
}
