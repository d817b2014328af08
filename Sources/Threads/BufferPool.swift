/// Arrays of some hundred KB that are used again instead of going back to the heap, where blocks of ever other sizes leave
/// holes that none of the next fit into. May be used by many threads.
public final class BufferPool: Sendable {
  /// Arrays with no more room than this are not worth keeping.
  static let smallestBytes = 32 << 10
  /// What a need of three quarters of this, or more, gets at the least: the heap maps such blocks by themselves.
  static let mappedBytes = 128 << 10
  /// Arrays with more room than this are not kept.
  static let largestBytes = 1 << 20
  /// The most room that is kept ready.
  static let keptBytes = 3 << 20

  private struct State {
    var arrays: [[UInt8]] = []
    var bytes = 0
    var isUsed = false

    mutating func remove(_ index: Int) -> [UInt8] {
      let array = arrays.remove(at: index)
      bytes -= array.capacity
      return array
    }
  }

  private let state = Lock(State())

  /// Makes an empty pool.
  public init() {}

  /// The room in the arrays that are kept ready.
  public var bytes: Int { state.withLock { $0.bytes } }

  /// Returns an empty array with room for `count` bytes, and little more than that.
  public func take(_ count: Int) -> [UInt8] {
    var fresh: [UInt8] = []
    guard count > Self.smallestBytes else {
      fresh.reserveCapacity(count)
      return fresh
    }
    let room = Self.room(for: count)
    var found = state.withLock { state -> [UInt8]? in
      state.isUsed = true
      if let index = state.arrays.lastIndex(where: { (count...2 * room).contains($0.capacity) }) {
        return state.remove(index)
      }
      // One that is a little too small makes way for the one that is about to be made.
      if let index = state.arrays.firstIndex(where: { (room / 2..<count).contains($0.capacity) }) {
        _ = state.remove(index)
      }
      return nil
    }
    // In place, as a second reference would make another array; if somebody else has one, the pool has only lost its own.
    found?.removeAll(keepingCapacity: true)
    if let found { return found }
    fresh.reserveCapacity(room)
    return fresh
  }

  /// The room that a need gets. Little of it is left unused, so that what budgets count is what memory takes: else a
  /// run's memory would follow the sizes of its documents in steps.
  static func room(for count: Int) -> Int {
    func rounded(to step: Int) -> Int { (count + step - 1) / step * step }
    return count < mappedBytes / 4 * 3 ? rounded(to: 4 << 10) : max(rounded(to: 16 << 10), mappedBytes)
  }

  /// Gives an array up to be used again; without effect as long as nobody takes any.
  public func give(_ array: consuming [UInt8]) {
    let room = array.capacity
    guard room > Self.smallestBytes, room <= Self.largestBytes else { return }
    state.withLock { [array] state in
      guard state.isUsed, state.bytes + room <= Self.keptBytes else { return }
      state.arrays.append(array)
      state.bytes += room
    }
  }
}
