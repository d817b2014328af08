/// Holds the header lines of one answer, in order. Names are compared without regard to case.
public struct HTTPHeaders: Sendable {
  /// Names as the server wrote them, with their values trimmed of white space.
  public private(set) var lines: [(name: String, value: String)] = []

  init() {}

  /// Returns the value of the first line of that name.
  public subscript(name: String) -> String? {
    lines.first { Self.equal($0.name, name) }?.value
  }

  /// Returns the values of all lines of that name.
  public func values(_ name: String) -> [String] {
    lines.filter { Self.equal($0.name, name) }.map(\.value)
  }

  /// Adds a raw line, `Name: value` with its line break; other lines are dropped.
  mutating func add(_ line: UnsafeBufferPointer<UInt8>) {
    guard let colon = unsafe line.firstIndex(of: UInt8(ascii: ":")), colon > 0 else { return }
    let isBlank = { (byte: UInt8) in byte == 0x20 || (0x09...0x0d).contains(byte) }
    var value = unsafe line[(colon + 1)...]
    while let byte = unsafe value.first, isBlank(byte) { unsafe value.removeFirst() }
    while let byte = unsafe value.last, isBlank(byte) { unsafe value.removeLast() }
    unsafe lines.append((String(decoding: line[..<colon], as: UTF8.self), String(decoding: value, as: UTF8.self)))
  }

  mutating func removeAll() { lines.removeAll(keepingCapacity: true) }

  private static func equal(_ a: String, _ b: String) -> Bool {
    let fold = { (byte: UInt8) in (0x41...0x5a).contains(byte) ? byte | 0x20 : byte }
    return a.utf8.count == b.utf8.count && zip(a.utf8, b.utf8).allSatisfy { fold($0) == fold($1) }
  }
}
