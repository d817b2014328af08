/// Reads what matters of a pax extended header: `LENGTH KEY=VALUE` records. Source: POSIX.1-2001, pax, "Extended Header".
struct PaxRecords {
  /// The path of the next member, when given.
  var path: [UInt8]?

  /// The data size of the next member, when given.
  var size: Int?

  /// Whether a record makes the next member sparse, in any of the GNU or star dialects.
  var isSparse = false

  /// Reads a whole header body; a later record of one key wins, an empty value takes it back.
  init(_ body: Span<UInt8>) throws(TarHeader.Refusal) {
    var start = 0
    while start < body.count {
      let (length, digits) = try Self.length(body, from: start)
      // The length counts its own digits, the blank, the record and its final LF.
      guard length <= body.count - start, length > digits + 1, body[start + length - 1] == UInt8(ascii: "\n") else {
        throw TarHeader.Refusal(cause: "a pax record has a wrong length")
      }
      try read(body.extracting(start + digits + 1..<start + length - 1))
      start += length
    }
  }

  private mutating func read(_ record: Span<UInt8>) throws(TarHeader.Refusal) {
    guard let equals = record.indices.first(where: { record[$0] == UInt8(ascii: "=") }), equals > 0 else {
      throw TarHeader.Refusal(cause: "a pax record has no key")
    }
    let value = record.extracting(equals + 1..<record.count)
    if Self.matches(record, equals, "path") {
      path = value.isEmpty ? nil : Self.bytes(value)
      for index in value.indices where value[index] == 0 {
        throw TarHeader.Refusal(cause: "a pax path holds a NUL")
      }
    } else if Self.matches(record, equals, "size") {
      size = value.isEmpty ? nil : try Self.decimal(value)
    } else if Self.matches(record, min(equals, 11), "GNU.sparse.") || Self.matches(record, equals, "SCHILY.realsize") {
      isSparse = true
    }
  }

  private static func length(_ body: Span<UInt8>, from start: Int) throws(TarHeader.Refusal) -> (Int, digits: Int) {
    var value = 0
    var index = start
    while index < body.count, case let byte = body[index], (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
      guard index - start < 10 else { throw TarHeader.Refusal(cause: "a pax record has a wrong length") }
      value = value * 10 + Int(byte - UInt8(ascii: "0"))
      index += 1
    }
    guard index > start, index < body.count, body[index] == UInt8(ascii: " ") else {
      throw TarHeader.Refusal(cause: "a pax record has no length")
    }
    return (value, index - start)
  }

  private static func decimal(_ text: Span<UInt8>) throws(TarHeader.Refusal) -> Int {
    var value = 0
    for index in text.indices {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(text[index]) else {
        throw TarHeader.Refusal(cause: "a pax size is not a decimal number")
      }
      let (product, overflowed) = value.multipliedReportingOverflow(by: 10)
      let (sum, carried) = product.addingReportingOverflow(Int(text[index] - UInt8(ascii: "0")))
      guard !overflowed, !carried else { throw TarHeader.Refusal(cause: "a pax size is absurdly large") }
      value = sum
    }
    return value
  }

  private static func matches(_ record: Span<UInt8>, _ keyLength: Int, _ key: StaticString) -> Bool {
    guard keyLength == key.utf8CodeUnitCount else { return false }
    var index = 0
    for byte in key.description.utf8 {
      guard record[index] == byte else { return false }
      index += 1
    }
    return true
  }

  private static func bytes(_ span: Span<UInt8>) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(span.count)
    for index in span.indices { bytes.append(span[index]) }
    return bytes
  }
}
