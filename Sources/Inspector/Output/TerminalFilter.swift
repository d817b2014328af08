import WheelModel

/// Stands between a document's bytes and a terminal: unsafe characters become `\u001b`-style escapes, the rest passes.
///
/// The escape is JSON's, so that a document shown on a terminal still reads as the same JSON. Line feeds and tabs pass.
public final class TerminalFilter: ByteOutput {
  private let output: any ByteOutput
  private var decoder = UTF8Pieces()

  /// Writes to `output`.
  public init(_ output: any ByteOutput) { self.output = output }

  /// Writes the bytes with escapes; a character cut between two calls is put together.
  public func write(_ bytes: Span<UInt8>) throws(OutputError) {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count + 16)
    for index in bytes.indices {
      guard let scalar = decoder.feed(bytes[index]) else { continue }
      append(scalar, to: &result)
    }
    guard !result.isEmpty else { return }
    try output.write(result.span)
  }

  private func append(_ scalar: Unicode.Scalar, to result: inout [UInt8]) {
    if scalar == "\n" || scalar == "\t" || !SafeText.isActive(scalar) {
      result.append(contentsOf: UTF8.encode(scalar)!)
      return
    }
    for unit in UTF16.encode(scalar)! {
      let digits = String(unit, radix: 16)
      result.append(contentsOf: "\\u".utf8)
      result.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: 4 - digits.utf8.count))
      result.append(contentsOf: digits.utf8)
    }
  }
}

/// Puts UTF-8 together byte by byte; what is not UTF-8 comes out as U+FFFD.
struct UTF8Pieces {
  private var value: UInt32 = 0
  private var missing = 0

  mutating func feed(_ byte: UInt8) -> Unicode.Scalar? {
    if missing > 0, byte & 0xc0 == 0x80 {
      value = value << 6 | UInt32(byte & 0x3f)
      missing -= 1
      return missing > 0 ? nil : Unicode.Scalar(value) ?? "\u{fffd}"
    }
    missing = 0
    switch byte {
    case 0..<0x80: return Unicode.Scalar(byte)
    case 0xc2..<0xe0: (value, missing) = (UInt32(byte & 0x1f), 1)
    case 0xe0..<0xf0: (value, missing) = (UInt32(byte & 0xf), 2)
    case 0xf0..<0xf5: (value, missing) = (UInt32(byte & 7), 3)
    default: return "\u{fffd}"
    }
    return nil
  }
}
