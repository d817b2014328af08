/// A version of a Python project, ordered as installers order versions. PEP 440.
///
/// The order is total: texts that are no version sort below all that are, by bytes; texts that spell one version in two
/// ways (`1.0`, `1.0.0`) sort by bytes among themselves, so that only equal bytes are equal.
public struct Version: Hashable, Sendable {
  /// The version as it was written.
  public let text: Text
  /// Its parts; nil when the text is no version.
  let parts: VersionParts?

  /// Reads a text, which need not be a version.
  public init(_ text: Text) {
    self.text = text
    parts = VersionParser.parse(text)
  }

  /// Whether the text is a version.
  public var isValid: Bool { parts != nil }

  /// Compares bytes.
  public static func == (a: Self, b: Self) -> Bool { a.text == b.text }

  /// Hashes bytes.
  public func hash(into hasher: inout Hasher) { hasher.combine(text) }
}

/// The parts of a version, normalised.
struct VersionParts: Sendable {
  enum Phase: Int, Sendable {
    case alpha, beta, candidate
  }

  enum LocalSegment: Sendable {
    case text([UInt8])
    case number(VersionNumber)
  }

  var epoch = VersionNumber.zero
  /// Without trailing zeros.
  var release: [VersionNumber] = []
  var pre: (phase: Phase, number: VersionNumber)?
  var post: VersionNumber?
  var dev: VersionNumber?
  var local: [LocalSegment]?
}

/// A natural number of any length, as decimal digits without leading zeros: versions hold dates, hashes and worse.
struct VersionNumber: Equatable, Comparable, Sendable {
  static let zero = VersionNumber([])

  let digits: [UInt8]

  init(_ digits: some Sequence<UInt8>) { self.digits = Array(digits.drop { $0 == UInt8(ascii: "0") }) }

  static func < (a: Self, b: Self) -> Bool {
    a.digits.count == b.digits.count ? a.digits.lexicographicallyPrecedes(b.digits) : a.digits.count < b.digits.count
  }
}
