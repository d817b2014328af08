/// The name of a release link, read as that of a wheel tarball: `wheels-VERSION+SUFFIX-ARCH.tar.gz`.
public struct AssetName: Hashable, Sendable {
  /// The name as upstream writes it, trimmed.
  public let text: Text
  /// The architecture: what follows the last `-` before `.tar.gz`; nil when that is not `[a-z0-9_]+` (`E_ASSET_NAME`).
  public let arch: Text?

  private static let prefix = Array("wheels-".utf8)
  private static let ending = Array(".tar.gz".utf8)

  /// Reads a link's name; nil when it is no wheel tarball's and the link is of no interest.
  public init?(_ name: Text) {
    let trimmed = Self.trim(Array(name.utf8)[...])
    guard trimmed.starts(with: Self.prefix), trimmed.reversed().starts(with: Self.ending.reversed()) else { return nil }
    text = Text(decoding: trimmed)
    // The prefix holds a `-`, so there is a last one, unless the ending begins inside the prefix.
    let stem = trimmed.dropLast(Self.ending.count)
    guard let dash = stem.lastIndex(of: UInt8(ascii: "-")) else { return nil }
    let arch = stem[(dash + 1)...]
    let isArch = !arch.isEmpty && arch.allSatisfy(Self.isArchByte)
    self.arch = isArch ? Text(decoding: arch) : nil
  }

  /// Drops white space (bytes 0x09–0x0D and 0x20) at both ends.
  static func trim(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var rest = bytes
    while let byte = rest.first, isSpace(byte) { rest.removeFirst() }
    while let byte = rest.last, isSpace(byte) { rest.removeLast() }
    return rest
  }

  private static func isSpace(_ byte: UInt8) -> Bool { (0x09...0x0d).contains(byte) || byte == 0x20 }

  private static func isArchByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"): true
    default: false
    }
  }
}
