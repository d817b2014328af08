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

/// A natural number of any length: versions hold dates, hashes and worse.
enum VersionNumber: Equatable, Comparable, Sendable {
  /// A number below 10^18, as nearly all are.
  case small(UInt64)
  /// A longer one, as decimal digits without leading zeros.
  case large([UInt8])

  static let zero = VersionNumber.small(0)

  init(_ digits: ArraySlice<UInt8>) {
    let digits = digits.drop { $0 == UInt8(ascii: "0") }
    guard digits.count <= 18 else {
      self = .large(Array(digits))
      return
    }
    self = .small(digits.reduce(0) { $0 * 10 + UInt64($1 - UInt8(ascii: "0")) })
  }

  static func < (a: Self, b: Self) -> Bool {
    switch (a, b) {
    case (.small(let x), .small(let y)): x < y
    case (.small, .large): true
    case (.large, .small): false
    case (.large(let x), .large(let y)): x.count == y.count ? x.lexicographicallyPrecedes(y) : x.count < y.count
    }
  }
}
