import JSONScan

/// Writes numbers without a string of their own.
enum Decimal {
  /// Appends the digits of a number; returns how many there are, the sign counted.
  @discardableResult
  static func append(_ value: some BinaryInteger, to bytes: inout [UInt8]) -> Int {
    guard let value = UInt64(exactly: value) else {
      let text = String(value)
      bytes.append(copying: text.utf8.span)
      return text.utf8.count
    }
    var count = 1
    var unit: UInt64 = 1
    while value / unit >= 10 {
      unit *= 10
      count += 1
    }
    bytes.append(addingCapacity: count) { digits in
      while unit > 0 {
        digits.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value / unit % 10))
        unit /= 10
      }
    }
    return count
  }
}
