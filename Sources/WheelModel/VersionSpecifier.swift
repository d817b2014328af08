/// One condition on a version, such as `>=1.2` or `==1.*`. PEP 440, "Version specifiers".
public struct VersionSpecifier: Hashable, Sendable, CustomStringConvertible {
  enum Comparison: String, CaseIterable {
    // The longest first: the way they are looked for.
    case arbitrary = "==="
    case equal = "=="
    case notEqual = "!="
    case compatible = "~="
    case atMost = "<="
    case atLeast = ">="
    case below = "<"
    case above = ">"
  }

  let comparison: Comparison
  /// What follows the operator, without white space.
  let operand: Text
  /// Whether the operand ends in `.*`.
  let isPrefix: Bool
  /// The operand's version, without `.*`; of no use to `===`.
  let version: Version

  /// Reads `OPERATOR VERSION`; nil when it is not one.
  public init?(_ text: some StringProtocol) {
    let bytes = AssetName.trim(Array(text.utf8)[...])
    guard let comparison = Comparison.allCases.first(where: { bytes.starts(with: $0.rawValue.utf8) }) else {
      return nil
    }
    self.comparison = comparison
    let rest = AssetName.trim(bytes.dropFirst(comparison.rawValue.utf8.count))
    operand = Text(decoding: rest)
    let hasStar = rest.count > 2 && rest.suffix(2).elementsEqual(".*".utf8)
    isPrefix = hasStar && (comparison == .equal || comparison == .notEqual)
    version = Version(isPrefix ? Text(decoding: rest.dropLast(2)) : operand)
    guard comparison != .arbitrary else { return }
    guard let parts = version.parts else { return nil }
    let isPlain = parts.pre == nil && parts.post == nil && parts.dev == nil && parts.local == nil
    if isPrefix && !isPlain { return nil }
    if comparison == .compatible && Version.release(of: operand).count < 2 { return nil }
    if parts.local != nil && comparison != .equal && comparison != .notEqual { return nil }
  }

  /// Operator and version without white space.
  public var description: String { comparison.rawValue + operand.string }

  /// The form in which two spellings of one condition are equal.
  var normal: String {
    guard comparison != .arbitrary, !isPrefix, comparison != .compatible else { return description }
    var text = version.normal
    let release = Version.release(of: version.text).map(\.description).joined(separator: ".")
    if var short = version.parts?.release.map(\.description).joined(separator: "."), short != release {
      if short.isEmpty { short = "0" }
      let epoch = text.utf8.firstIndex(of: UInt8(ascii: "!")).map { text[...$0] } ?? ""
      text = epoch + short + text.dropFirst(epoch.count + release.count)
    }
    return comparison.rawValue + text
  }

  /// Whether naming this version is a wish for pre-releases.
  var allowsPrereleases: Bool {
    comparison != .notEqual && !isPrefix && version.isPrerelease
  }

  /// Tells whether a version meets the condition, pre-releases like any other.
  public func contains(_ candidate: Version) -> Bool {
    if comparison == .arbitrary {
      return candidate.normal.lowercased().utf8.elementsEqual(operand.string.lowercased().utf8)
    }
    guard let parts = candidate.parts, let bound = version.parts else { return false }
    switch comparison {
    case .equal: return isPrefix ? parts.hasPrefix(releasePrefix(dropping: 0), of: bound) : equals(parts, bound)
    case .notEqual: return isPrefix ? !parts.hasPrefix(releasePrefix(dropping: 0), of: bound) : !equals(parts, bound)
    case .compatible:
      return VersionParts.compare(parts.public, bound) >= 0 && parts.hasPrefix(releasePrefix(dropping: 1), of: bound)
    case .atMost: return VersionParts.compare(parts.public, bound) <= 0
    case .atLeast: return VersionParts.compare(parts.public, bound) >= 0
    case .below: return VersionParts.compare(parts, bound.isPrerelease ? bound : bound.firstDevelopment) < 0
    case .above:
      // A final version or pre-release is not below its own post-releases, and none below its own local versions.
      if bound.dev != nil || bound.post != nil { return VersionParts.compare(parts.public, bound) > 0 }
      return VersionParts.compare(parts, bound) > 0 && !parts.hasStem(of: bound)
    case .arbitrary: return false
    }
  }

  private func releasePrefix(dropping count: Int) -> [VersionNumber] {
    Version.release(of: version.text).dropLast(count)
  }

  /// Compares without the candidate's local part unless the condition names one.
  private func equals(_ parts: VersionParts, _ bound: VersionParts) -> Bool {
    VersionParts.compare(bound.local == nil ? parts.public : parts, bound) == 0
  }
}

extension VersionParts {
  /// The version without its local part.
  var `public`: VersionParts {
    var result = self
    result.local = nil
    return result
  }

  var isPrerelease: Bool { pre != nil || dev != nil }

  /// The first version that is developed towards this one.
  var firstDevelopment: VersionParts {
    var result = self.public
    result.dev = .zero
    return result
  }

  /// Whether epoch, release and pre-release are the same.
  func hasStem(of other: VersionParts) -> Bool {
    epoch == other.epoch && release == other.release && pre?.phase == other.pre?.phase
      && pre?.number == other.pre?.number
  }

  /// Whether the release begins with some numbers, with zeros where it is shorter, in the epoch of another version.
  func hasPrefix(_ numbers: [VersionNumber], of other: VersionParts) -> Bool {
    guard epoch == other.epoch else { return false }
    return numbers.indices.allSatisfy { ($0 < release.count ? release[$0] : .zero) == numbers[$0] }
  }
}

extension Collection where Element == VersionSpecifier {
  /// Picks the versions that meet all conditions, in their order.
  ///
  /// Pre-releases are left out when a final release is among them and no condition names a pre-release. PEP 440,
  /// "Handling of pre-releases".
  public func filter(_ versions: [Version]) -> [Version] {
    let matching = versions.filter { version in allSatisfy { $0.contains(version) } }
    if contains(where: \.allowsPrereleases) { return matching }
    let finals = matching.filter { !$0.isPrerelease }
    return finals.isEmpty ? matching : finals
  }
}
