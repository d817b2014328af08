import Testing

@testable import Threads

@Suite struct BufferPoolTests {
  @Test func anArrayThatWasGivenUpIsUsedAgain() {
    let pool = BufferPool()
    var array = pool.take(200_000)
    #expect(array.isEmpty && array.capacity >= 200_000)
    array.append(contentsOf: [1, 2, 3])
    let address = unsafe array.withUnsafeBufferPointer { UInt(bitPattern: $0.baseAddress) }
    pool.give(array)
    array = []
    #expect(pool.bytes >= 200_000)
    let again = pool.take(210_000)
    #expect(again.isEmpty && pool.bytes == 0)
    let sameAddress = unsafe again.withUnsafeBufferPointer { UInt(bitPattern: $0.baseAddress) }
    #expect(sameAddress == address)
  }

  @Test func anArrayThatSomebodyStillReadsStaysAsItIs() {
    let pool = BufferPool()
    var first = pool.take(100_000)
    first.append(7)
    pool.give(first)
    var second = pool.take(100_000)
    second.append(8)
    #expect(first == [7] && second == [8])
  }

  @Test func onlyWhatFitsIsHandedOut() {
    let pool = BufferPool()
    pool.give(pool.take(100_000))
    #expect(pool.take(300_000).capacity >= 300_000)
    #expect(pool.bytes > 0)
    _ = pool.take(90_000)
    #expect(pool.bytes == 0)
  }

  @Test func oneThatIsALittleTooSmallMakesWay() {
    let pool = BufferPool()
    pool.give(pool.take(200_000))
    _ = pool.take(240_000)
    #expect(pool.bytes == 0)
    pool.give(pool.take(50_000))
    _ = pool.take(240_000)
    #expect(pool.bytes > 0)
  }

  @Test(arguments: [33_000, 60_000, 98_000, 100_000, 131_072, 200_000, 270_000, 1 << 20])
  func littleRoomIsLeftUnused(_ count: Int) {
    let room = BufferPool.room(for: count)
    #expect(room >= count && room - count < 33 << 10)
    // What the heap maps by itself goes back to the system page by page.
    #expect(count < 98_304 || room >= BufferPool.mappedBytes)
  }

  @Test func whatIsKeptIsBounded() {
    let pool = BufferPool()
    let arrays = (0..<100).map { _ in pool.take(150_000) }
    for array in arrays { pool.give(array) }
    #expect(pool.bytes > 0 && pool.bytes <= BufferPool.keptBytes)
    let large = BufferPool()
    large.give(large.take(2 * BufferPool.largestBytes))
    large.give(large.take(100))
    #expect(large.bytes == 0)
  }

  @Test func aPoolThatNobodyTakesFromKeepsNothing() {
    let pool = BufferPool()
    pool.give([UInt8](repeating: 0, count: 200_000))
    #expect(pool.bytes == 0)
  }
}
