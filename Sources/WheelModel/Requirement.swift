/// A dependency as projects write it: `name[extra]>=1.2; python_version < "3.12"`, or `name @ URL`. PEP 508.
public struct Requirement: Sendable, CustomStringConvertible {
  /// The project's name as it is written.
  public let name: Text
  /// The extras asked for, sorted by bytes, each once.
  public let extras: [Text]
  /// The conditions on the version, sorted by their text.
  public let specifiers: [VersionSpecifier]
  /// Where it is to be taken from; nil for an index.
  public let url: Text?
  /// When it applies, as installers spell it; nil for always.
  public let marker: String?

  /// Reads a requirement; nil when it is none.
  public init?(_ text: some StringProtocol) {
    var reader = RequirementReader(text.utf8)
    guard let parsed = reader.requirement() else { return nil }
    name = parsed.name
    extras = Array(Set(parsed.extras)).sorted()
    specifiers = Array(Set(parsed.specifiers)).sorted { Text($0.description) < Text($1.description) }
    url = parsed.url
    marker = parsed.marker
  }

  /// The requirement as installers print it.
  public var description: String {
    var text = name.string
    if !extras.isEmpty { text += "[" + extras.map(\.string).joined(separator: ",") + "]" }
    text += specifiers.map(\.description).joined(separator: ",")
    if let url { text += " @ " + url.string + (marker == nil ? "" : " ") }
    if let marker { text += "; " + marker }
    return text
  }

  /// A text that is the same for two spellings of one requirement.
  public var identity: Text {
    var text = ProjectName.canonical(name).string
    text += "[" + extras.map { ProjectName.canonical($0).string }.joined(separator: ",") + "]"
    text += Set(specifiers.map { Text($0.normal) }).sorted().map(\.string).joined(separator: ",")
    return Text(text + " @ " + (url?.string ?? "") + "; " + (marker ?? ""))
  }
}

/// Reads the grammar of PEP 508.
struct RequirementReader {
  typealias Parts = (name: Text, extras: [Text], specifiers: [VersionSpecifier], url: Text?, marker: String?)

  private let bytes: [UInt8]
  private var at = 0

  init(_ text: some Sequence<UInt8>) { bytes = Array(text) }

  mutating func requirement() -> Parts? {
    skipSpace()
    guard let name = identifier() else { return nil }
    skipSpace()
    var extras: [Text] = []
    if skip("[") {
      guard let read = extraList() else { return nil }
      extras = read
    }
    skipSpace()
    var url: Text?
    var specifiers: [VersionSpecifier] = []
    if skip("@") {
      skipSpace()
      let start = at
      while at < bytes.count, !isSpace(bytes[at]) { at += 1 }
      guard at > start else { return nil }
      url = Text(decoding: bytes[start..<at])
    } else {
      guard let read = specifierList() else { return nil }
      specifiers = read
    }
    skipSpace()
    if at == bytes.count { return (name, extras, specifiers, url, nil) }
    guard skip(";") else { return nil }
    var reader = MarkerReader(bytes[at...])
    guard let marker = reader.marker() else { return nil }
    return (name, extras, specifiers, url, marker)
  }

  private mutating func identifier() -> Text? {
    let start = at
    while at < bytes.count, isAlphanumeric(bytes[at]) || "-_.".utf8.contains(bytes[at]) { at += 1 }
    while at > start, !isAlphanumeric(bytes[at - 1]) { at -= 1 }
    guard at > start, isAlphanumeric(bytes[start]) else { return nil }
    return Text(decoding: bytes[start..<at])
  }

  /// Reads what follows `[`, with the closing bracket.
  private mutating func extraList() -> [Text]? {
    var extras: [Text] = []
    skipSpace()
    while let extra = identifier() {
      extras.append(extra)
      skipSpace()
      guard skip(",") else { break }
      skipSpace()
    }
    return skip("]") ? extras : nil
  }

  /// Reads conditions between commas, with or without parentheses.
  private mutating func specifierList() -> [VersionSpecifier]? {
    let hasParenthesis = skip("(")
    let start = at
    while at < bytes.count, bytes[at] != UInt8(ascii: ";"), bytes[at] != UInt8(ascii: ")") { at += 1 }
    let inside = AssetName.trim(bytes[start..<at])
    if hasParenthesis, !skip(")") { return nil }
    if inside.isEmpty { return [] }
    var result: [VersionSpecifier] = []
    // A comma may end the list.
    let list = inside.last == UInt8(ascii: ",") ? AssetName.trim(inside.dropLast()) : inside
    for piece in list.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
      let text = String(decoding: piece, as: UTF8.self)
      guard let specifier = VersionSpecifier(text), !specifier.operand.utf8.contains(where: isSpace) else { return nil }
      result.append(specifier)
    }
    return result
  }

  private mutating func skip(_ character: Unicode.Scalar) -> Bool {
    guard at < bytes.count, bytes[at] == UInt8(ascii: character) else { return false }
    at += 1
    return true
  }

  private mutating func skipSpace() { while at < bytes.count, isSpace(bytes[at]) { at += 1 } }

  private func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

  private func isAlphanumeric(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
  }
}
