/// Arrays of some hundred KB that are used again instead of going back to the heap, where blocks of ever other sizes leave
/// holes that none of the next fit into. May be used by many threads.
public final class BufferPool: Sendable {
  /// Room is a multiple of this, so that one array fits the next need of about the size.
  static let stepBytes = 64 << 10
  /// Arrays with more room than this are not kept.
  static let largestBytes = 1 << 20
  /// The most room that is kept ready.
  static let keptBytes = 3 << 20

  private struct State {
    var arrays: [[UInt8]] = []
    var bytes = 0
    var isUsed = false
  }

  private let state = Lock(State())

  /// Makes an empty pool.
  public init() {}

  /// The room in the arrays that are kept ready.
  public var bytes: Int { state.withLock { $0.bytes } }

  /// Returns an empty array with room for `count` bytes, and little more than that.
  public func take(_ count: Int) -> [UInt8] {
    var fresh: [UInt8] = []
    guard count > Self.stepBytes / 2 else {
      fresh.reserveCapacity(count)
      return fresh
    }
    let room = (count + Self.stepBytes - 1) / Self.stepBytes * Self.stepBytes
    var found = state.withLock { state -> [UInt8]? in
      state.isUsed = true
      guard let index = state.arrays.lastIndex(where: { (count...2 * room).contains($0.capacity) }) else { return nil }
      let array = state.arrays.remove(at: index)
      state.bytes -= array.capacity
      return array
    }
    // In place, as a second reference would make another array; if somebody else has one, the pool has only lost its own.
    found?.removeAll(keepingCapacity: true)
    if let found { return found }
    fresh.reserveCapacity(room)
    return fresh
  }

  /// Gives an array up to be used again; without effect as long as nobody takes any.
  public func give(_ array: consuming [UInt8]) {
    let room = array.capacity
    guard room > Self.stepBytes / 2, room <= Self.largestBytes else { return }
    state.withLock { [array] state in
      guard state.isUsed, state.bytes + room <= Self.keptBytes else { return }
      state.arrays.append(array)
      state.bytes += room
    }
  }
}
