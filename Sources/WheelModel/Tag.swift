/// A release's tag, read as the name of a collection: `v3.2.0.101+cuda-ubi9` is version `3.2.0.101`, suffix `cuda-ubi9`.
public struct Tag: Hashable, Sendable {
  /// The tag as upstream writes it.
  public let text: Text
  /// The tag without its one leading `v`.
  public let stripped: Text
  /// What stands before the first `+`; may be empty.
  public let version: Text
  /// What follows the first `+`: the variant; may be empty, may hold more `+`.
  public let suffix: Text

  /// Reads a tag; nil when there is no `+`, so that it names no collection (`E_TAG`).
  public init?(_ text: Text) {
    self.text = text
    let bytes = text.utf8
    let body = bytes.first == UInt8(ascii: "v") ? bytes.dropFirst() : bytes[...]
    guard let plus = body.firstIndex(of: UInt8(ascii: "+")) else { return nil }
    stripped = Text(decoding: body)
    version = Text(decoding: body[..<plus])
    suffix = Text(decoding: body[body.index(after: plus)...])
  }

  /// The first two parts of the version that dots divide, as `3.2`; nil when there is one part only.
  public var series: Text? {
    let parts = version.utf8.split(separator: UInt8(ascii: "."), maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count >= 2 else { return nil }
    return Text(decoding: Array(parts[0]) + [UInt8(ascii: ".")] + Array(parts[1]))
  }

  /// Names the artifact of an architecture: the stripped tag, followed by `-ARCH` unless it ends so already.
  public func artifactKey(arch: Text) -> Text {
    let ending = [UInt8(ascii: "-")] + Array(arch.utf8)
    if stripped.utf8.reversed().starts(with: ending.reversed()) { return stripped }
    return Text(decoding: Array(stripped.utf8) + ending)
  }

  /// What follows the first `+` of an artifact's key.
  public func rawVariant(arch: Text) -> Text {
    let key = artifactKey(arch: arch).utf8
    guard let plus = key.firstIndex(of: UInt8(ascii: "+")) else { return "" }
    return Text(decoding: key[key.index(after: plus)...])
  }
}
