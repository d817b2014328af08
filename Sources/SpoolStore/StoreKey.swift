import Digest
import WheelModel

/// Keys of the named databases: texts ended by a zero byte, then integers, most significant byte first.
///
/// A zero byte within a text is written 00 FF, so that byte order is the order of the texts. A key over 510 bytes keeps
/// its first 479 and ends in the SHA-256 of the whole; its record holds the texts in full.
enum StoreKey {
  /// The longest key that stays as it is.
  static let longest = 510
  /// The most bytes of a package name's part, hashed beyond.
  static let longestName = 480
  /// The most bytes that a product's and a repository's key may each have: prefixes of both are never hashed.
  static let longestConfigured = 100
  /// The most bytes of a tag's or asset's part in a failure's key, hashed beyond: all failures of a tag share a prefix.
  static let longestPart = 128

  static func append(_ text: Text, to key: inout [UInt8]) {
    // A string of the standard library is contiguous; `utf8` is then a plain loop.
    for byte in text.utf8 {
      key.append(byte)
      if byte == 0 { key.append(0xff) }
    }
    key.append(0)
  }

  private static func joined(_ texts: [Text]) -> [UInt8] {
    var key: [UInt8] = []
    for text in texts { append(text, to: &key) }
    return fitted(key)
  }

  /// Replaces the tail of a key that LMDB would not take.
  static func fitted(_ key: [UInt8], longest: Int = longest) -> [UInt8] {
    guard key.count > longest else { return key }
    return Array(key[..<(longest + 1 - SHA256Digest.byteCount)]) + SHA256.hash(key.span).bytes
  }

  static func prefix(_ scope: Scope) -> [UInt8] {
    switch scope {
    case .all: []
    case .product(let product): joined([product])
    case .repository(let key): repository(key)
    }
  }

  static func repository(_ key: RepositoryKey) -> [UInt8] { joined([key.product, key.repository]) }

  static func release(_ key: ReleaseKey) -> [UInt8] {
    joined([key.repository.product, key.repository.repository, key.tag])
  }

  static func artifact(_ id: ArtifactID) -> [UInt8] {
    joined([id.repository.product, id.repository.repository, id.key])
  }

  static func drop(product: Text, key: Text) -> [UInt8] { joined([product, key]) }

  /// All failures of a release, or of a repository's listing when `tag` is nil: an absent text is written empty.
  static func failures(of key: RepositoryKey, tag: Text?) -> [UInt8] { repository(key) + part(tag ?? "") }

  static func failure(_ failure: Failure) -> [UInt8] {
    var key = failures(of: failure.repository, tag: failure.tag) + part(failure.asset ?? "")
    append(Text(failure.code.rawValue), to: &key)
    return fitted(key)
  }

  /// A text as a part of a key that others follow.
  private static func part(_ text: Text, longest: Int = longestPart) -> [UInt8] {
    var key: [UInt8] = []
    append(text, to: &key)
    guard key.count > longest else { return key }
    return fitted(key, longest: longest) + [0]
  }

  static func lineage(_ key: RepositoryKey, variant: Text, arch: Text) -> [UInt8] {
    joined([key.product, key.repository, variant, arch])
  }

  static func number(_ value: UInt64) -> [UInt8] {
    var key: [UInt8] = []
    Fixed.appendBigEndian(value, to: &key)
    return key
  }

  static func piece(_ document: UInt64, _ piece: UInt32) -> [UInt8] {
    var key = number(document)
    Fixed.appendBigEndian(piece, to: &key)
    return key
  }

  static func edge(_ parent: UInt64, _ child: UInt64) -> [UInt8] { number(parent) + number(child) }

  /// The head of a lineage's members: its number alone.
  static func lineageHead(_ lineage: UInt32) -> [UInt8] {
    var key: [UInt8] = []
    Fixed.appendBigEndian(lineage, to: &key)
    return key
  }

  static func member(_ lineage: UInt32, _ position: UInt32) -> [UInt8] {
    var key = lineageHead(lineage)
    Fixed.appendBigEndian(position, to: &key)
    return key
  }

  /// All segments of a package, whatever the lineage.
  static func package(_ name: Text) -> [UInt8] { part(name, longest: longestName) }

  /// Whether the key of a package's segments holds its name in full.
  static func holdsName(_ name: Text) -> Bool {
    if name.utf8.count < longestName / 2 { return true }
    var key: [UInt8] = []
    append(name, to: &key)
    return key.count <= longestName
  }

  /// A text out of a key, without the zero byte that ends it.
  static func name(_ escaped: Span<UInt8>) -> Text {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(escaped.count)
    var index = 0
    while index < escaped.count {
      bytes.append(escaped[index])
      index += escaped[index] == 0 ? 2 : 1
    }
    return Text(decoding: bytes)
  }

  static func segment(_ package: [UInt8], _ lineage: UInt32, _ segment: UInt32) -> [UInt8] {
    var key = package
    Fixed.appendBigEndian(lineage, to: &key)
    Fixed.appendBigEndian(segment, to: &key)
    return key
  }

  /// A key for a message: texts as they are, other bytes in hexadecimal, never long.
  static func describe(_ key: Span<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    let isText = key.count > 0 && key[key.count - 1] == 0
    for index in 0..<min(key.count, 120) {
      let byte = key[index]
      if isText && byte == 0 {
        if index < key.count - 1 { text.append(UInt8(ascii: "/")) }
      } else if isText && (0x20..<0x7f).contains(byte) {
        text.append(byte)
      } else {
        if isText { text += Array("\\x".utf8) }
        text += [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: text, as: UTF8.self) + (key.count > 120 ? "…" : "")
  }
}
