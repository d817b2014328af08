import Digest
import JSONScan
public import WheelModel

/// The key of a member, in which nothing needs an escape, ready to be written.
public struct JSONKey: Sendable {
  /// `,"NAME":`
  let text: [UInt8]

  /// Makes a key of a name.
  public init(_ name: String) { text = Array(",\"\(name)\":".utf8) }
}

/// Writes JSON values into a buffer, with the commas in their places.
public struct JSONCell {
  var bytes: [UInt8]
  let isTerminal: Bool
  private var needsComma = false

  init(bytes: [UInt8], isTerminal: Bool) {
    self.bytes = bytes
    self.isTerminal = isTerminal
  }

  /// Starts an empty value; for answers that are a single object.
  public init(presentation: Presentation) {
    bytes = []
    isTerminal = presentation.isTerminal && !presentation.raw
  }

  /// What has been written.
  public var text: [UInt8] { bytes }

  private mutating func separate() {
    if needsComma { bytes.append(UInt8(ascii: ",")) }
    needsComma = true
  }

  /// Writes an object whose members `body` adds.
  public mutating func object(_ body: (inout JSONCell) throws -> Void) rethrows {
    separate()
    bytes.append(UInt8(ascii: "{"))
    needsComma = false
    try body(&self)
    bytes.append(UInt8(ascii: "}"))
    needsComma = true
  }

  /// Writes a member's key, in which nothing needs an escape; the value must follow.
  public mutating func key(_ name: String) {
    separate()
    bytes.append(UInt8(ascii: "\""))
    bytes.append(copying: name.utf8.span)
    bytes.append(UInt8(ascii: "\""))
    bytes.append(UInt8(ascii: ":"))
    needsComma = false
  }

  /// Writes a member's key; the value must follow.
  mutating func key(_ key: JSONKey) {
    bytes.append(copying: key.text.span.extracting((needsComma ? 0 : 1)...))
    needsComma = false
  }

  /// Writes a member.
  public mutating func member(_ name: String, _ value: String?) {
    key(name)
    text(value)
  }

  /// Writes a member.
  public mutating func member(_ name: String, _ value: (some BinaryInteger)?) {
    key(name)
    number(value)
  }

  /// Writes a member.
  public mutating func member(_ name: String, _ value: Bool) {
    key(name)
    raw(value ? "true" : "false")
  }

  /// Writes a member.
  public mutating func member(_ name: String, _ value: Timestamp?) { member(name, value?.description) }

  /// Writes a member.
  public mutating func member(_ name: String, _ value: Text?) { member(name, value?.string) }

  /// Writes an array whose elements `body` adds.
  public mutating func array(_ body: (inout JSONCell) throws -> Void) rethrows {
    separate()
    bytes.append(UInt8(ascii: "["))
    needsComma = false
    try body(&self)
    bytes.append(UInt8(ascii: "]"))
    needsComma = true
  }

  /// Writes an array, an element for each value.
  public mutating func array<S: Sequence>(
    _ values: S, _ body: (inout JSONCell, S.Element) throws -> Void
  ) rethrows {
    separate()
    bytes.append(UInt8(ascii: "["))
    needsComma = false
    for value in values { try body(&self, value) }
    bytes.append(UInt8(ascii: "]"))
    needsComma = true
  }

  /// Writes a text that is known to be UTF-8.
  public mutating func utf8(_ value: Span<UInt8>) {
    guard !isTerminal || JSONText.isPlain(value) else { return text(TerminalText.string(value)) }
    separate()
    JSONText.append(value, to: &bytes)
  }

  /// Writes two texts that are known to be UTF-8 as one, `-` between them.
  mutating func utf8(_ value: Span<UInt8>, hyphen other: Span<UInt8>) {
    guard JSONText.isPlain(value), JSONText.isPlain(other) else {
      return text(TerminalText.string(value) + "-" + TerminalText.string(other))
    }
    separate()
    bytes.append(UInt8(ascii: "\""))
    bytes.append(copying: value)
    bytes.append(UInt8(ascii: "-"))
    bytes.append(copying: other)
    bytes.append(UInt8(ascii: "\""))
  }

  /// Writes a digest in hexadecimal.
  mutating func digest(_ value: SHA256Digest) {
    separate()
    bytes.append(UInt8(ascii: "\""))
    value.appendHex(to: &bytes)
    bytes.append(UInt8(ascii: "\""))
  }

  /// Writes a text or null.
  public mutating func text(_ value: String?) {
    guard let value else { return raw("null") }
    separate()
    TerminalText.appendJSON(value, isTerminal: isTerminal, to: &bytes)
  }

  /// Writes a number or null.
  public mutating func number(_ value: (some BinaryInteger)?) {
    guard let value else { return raw("null") }
    separate()
    Decimal.append(value, to: &bytes)
  }

  private mutating func raw(_ ascii: String) {
    separate()
    bytes.append(copying: ascii.utf8.span)
  }
}
