/// Lays out JSON for reading: a member a line, two spaces a level. All but white space between tokens stays as it is.
///
/// The text must be JSON, as every stored document is. Memory is constant.
public final class JSONIndenter: ByteOutput {
  private let output: any ByteOutput
  private var depth = 0
  private var isInString = false
  private var isEscaped = false
  /// Whether the last token opened a container that may turn out to be empty.
  private var isOpen = false
  private var result: [UInt8] = []

  /// Writes to `output`.
  public init(_ output: any ByteOutput) { self.output = output }

  /// Takes the next piece.
  public func write(_ bytes: Span<UInt8>) throws(OutputError) {
    for index in bytes.indices { take(bytes[index]) }
    defer { result.removeAll(keepingCapacity: true) }
    if !result.isEmpty { try output.write(result.span) }
  }

  /// Ends the text with a line feed.
  public func finish() throws(OutputError) { try output.write([UInt8(ascii: "\n")].span) }

  private func take(_ byte: UInt8) {
    if isInString {
      result.append(byte)
      if isEscaped {
        isEscaped = false
      } else if byte == UInt8(ascii: "\\") {
        isEscaped = true
      } else if byte == UInt8(ascii: "\"") {
        isInString = false
      }
      return
    }
    switch byte {
    case 0x20, 0x09, 0x0a, 0x0d: return
    case UInt8(ascii: "}"), UInt8(ascii: "]"):
      depth -= 1
      if !isOpen { newLine() }
      isOpen = false
      result.append(byte)
      return
    default: break
    }
    if isOpen { newLine() }
    isOpen = false
    result.append(byte)
    switch byte {
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      depth += 1
      isOpen = true
    case UInt8(ascii: ","): newLine()
    case UInt8(ascii: ":"): result.append(UInt8(ascii: " "))
    case UInt8(ascii: "\""): isInString = true
    default: break
    }
  }

  private func newLine() {
    result.append(UInt8(ascii: "\n"))
    result.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * max(depth, 0)))
  }
}
