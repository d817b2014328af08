/// Keeps many short byte strings in one buffer, each different one once, and names them by small numbers.
///
/// A graph of a million edges repeats a few thousand requirements: one String each would cost some hundred megabytes.
struct BytePool {
  /// A number that stands for a string.
  typealias ID = UInt32

  private var bytes: [UInt8] = []
  private var ends: [Int] = [0]
  private var slots: [ID]
  private static let free = ID.max

  /// The string of no bytes, which is always there.
  static let empty: ID = 0

  init() {
    slots = Array(repeating: Self.free, count: 1 << 10)
    _ = intern([UInt8]().span)
  }

  var count: Int { ends.count - 1 }

  /// Returns the number of a string, adding it when it is new.
  mutating func intern(_ text: Span<UInt8>) -> ID {
    if count * 2 > slots.count { grow() }
    var slot = Self.hash(text) & (slots.count - 1)
    while slots[slot] != Self.free {
      if equals(slots[slot], text) { return slots[slot] }
      slot = (slot + 1) & (slots.count - 1)
    }
    let id = ID(count)
    for index in text.indices { bytes.append(text[index]) }
    ends.append(bytes.count)
    slots[slot] = id
    return id
  }

  /// Returns the number of a string, adding it when it is new.
  mutating func intern(_ text: String) -> ID { intern(text.utf8.span) }

  /// Returns the number of a string if it is there.
  func find(_ text: String) -> ID? {
    let text = text.utf8.span
    var slot = Self.hash(text) & (slots.count - 1)
    while slots[slot] != Self.free {
      if equals(slots[slot], text) { return slots[slot] }
      slot = (slot + 1) & (slots.count - 1)
    }
    return nil
  }

  func string(_ id: ID) -> String { String(decoding: bytes[ends[Int(id)]..<ends[Int(id) + 1]], as: UTF8.self) }

  /// Orders two strings by bytes.
  func precedes(_ a: ID, _ b: ID) -> Bool {
    bytes[ends[Int(a)]..<ends[Int(a) + 1]].lexicographicallyPrecedes(bytes[ends[Int(b)]..<ends[Int(b) + 1]])
  }

  private func equals(_ id: ID, _ text: Span<UInt8>) -> Bool {
    let start = ends[Int(id)]
    guard ends[Int(id) + 1] - start == text.count else { return false }
    for index in text.indices where bytes[start + index] != text[index] { return false }
    return true
  }

  private mutating func grow() {
    var larger = Array(repeating: Self.free, count: slots.count * 4)
    for id in 0..<count {
      var slot = Self.hash(bytes.span.extracting(ends[id]..<ends[id + 1])) & (larger.count - 1)
      while larger[slot] != Self.free { slot = (slot + 1) & (larger.count - 1) }
      larger[slot] = ID(id)
    }
    slots = larger
  }

  /// FNV-1a with a final mix.
  private static func hash(_ text: Span<UInt8>) -> Int {
    var value: UInt64 = 0xcbf2_9ce4_8422_2325
    for index in text.indices { value = (value ^ UInt64(text[index])) &* 0x100_0000_01b3 }
    value ^= value >> 32
    return Int(truncatingIfNeeded: value & 0x7fff_ffff)
  }
}
