extension Version {
  /// The version as installers spell it: `1.0.0-RC_1` is `1.0.0rc1`; a text that is no version stays as it is. PEP 440.
  public var normal: String {
    guard let parts else { return text.string }
    var result = parts.epoch == .zero ? "" : parts.epoch.description + "!"
    result += Self.release(of: text).map(\.description).joined(separator: ".")
    if let pre = parts.pre { result += ["a", "b", "rc"][pre.phase.rawValue] + pre.number.description }
    if let post = parts.post { result += ".post" + post.description }
    if let dev = parts.dev { result += ".dev" + dev.description }
    if let local = parts.local { result += "+" + local.map(\.description).joined(separator: ".") }
    return result
  }

  /// Whether it is an alpha, beta, candidate or development release.
  public var isPrerelease: Bool { parts.map { $0.pre != nil || $0.dev != nil } ?? false }

  /// Whether both texts spell one version: `1.0` and `1.0.0` do.
  public func isSame(as other: Version) -> Bool {
    guard let a = parts, let b = other.parts else { return self == other }
    return VersionParts.compare(a, b) == 0
  }

  /// Reads the release's numbers as they are written, trailing zeros included, from a text that is a version.
  static func release(of text: Text) -> [VersionNumber] {
    let isDigit = { (byte: UInt8) in (0x30...0x39).contains(byte) }
    var rest = AssetName.trim(Array(text.utf8)[...])
    if rest.first == UInt8(ascii: "v") || rest.first == UInt8(ascii: "V") { rest.removeFirst() }
    var numbers: [VersionNumber] = []
    while let first = rest.first, isDigit(first) {
      numbers.append(VersionNumber(rest.prefix(while: isDigit)))
      rest = rest.drop(while: isDigit)
      if numbers.count == 1, rest.first == UInt8(ascii: "!") {
        numbers = []
      } else if rest.first != UInt8(ascii: ".") {
        break
      }
      rest.removeFirst()
    }
    return numbers
  }
}

extension VersionNumber: CustomStringConvertible {
  var description: String {
    switch self {
    case .small(let value): String(value)
    case .large(let digits): String(decoding: digits, as: UTF8.self)
    }
  }
}

extension VersionParts.LocalSegment: CustomStringConvertible {
  var description: String {
    switch self {
    case .text(let text): String(decoding: text, as: UTF8.self)
    case .number(let number): number.description
    }
  }
}
