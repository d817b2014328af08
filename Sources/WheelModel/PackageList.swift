/// The package rows of one artifact, packed: unique (name, version) pairs, sorted by name, then version, by bytes.
///
/// Layout of `bytes`: for each row a varint (LEB128) of the name's length, the name, a varint of the version's length,
/// the version. Names are lower-cased, never empty, and at most 512 bytes; versions may be empty, at most 512 bytes.
public struct PackageList: Equatable, Sendable {
  /// The packed rows.
  public let bytes: [UInt8]
  /// The number of rows.
  public let count: Int

  /// No rows.
  public static let empty = PackageList(bytes: [], count: 0)

  /// Wraps rows that are known to be packed, sorted and unique, as the store gives them back.
  public init(bytes: [UInt8], count: Int) {
    self.bytes = bytes
    self.count = count
  }
}
