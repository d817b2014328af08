import Testing
import Threads

/// The bounded queue: order, back-pressure, and the end.
struct ChannelTests {
  @Test func whatIsSentArrivesInOrder() {
    let channel = Channel<Int>(capacity: 3)
    let sender = Thread {
      for number in 0..<10_000 { channel.send(number) }
      channel.close()
    }
    var received: [Int] = []
    while let number = channel.receive() { received.append(number) }
    sender.join()
    #expect(received == Array(0..<10_000))
  }

  @Test(arguments: [1, 4]) func aFullChannelHoldsTheSenderBack(capacity: Int) {
    let channel = Channel<Int>(capacity: capacity)
    let sent = Lock(0)
    let sender = Thread {
      for number in 0..<100 {
        channel.send(number)
        sent.withLock { $0 = number + 1 }
      }
    }
    // The sender gets as far as the capacity and no further, until something is taken.
    #expect(sent.wait(timeout: 10) { $0 >= capacity ? true : nil } == true)
    for taken in 0..<100 {
      let ahead = sent.withLock { $0 } - taken
      #expect(ahead <= capacity)
      #expect(channel.receive() == taken)
    }
    sender.join()
    #expect(sent.withLock { $0 } == 100)
  }

  @Test func aSenderThatWaitsIsLetGoByTheEnd() {
    let channel = Channel<Int>(capacity: 1)
    #expect(channel.send(1))
    let outcome = Lock<Bool?>(nil)
    let sender = Thread {
      let result = channel.send(2)
      outcome.withLock { $0 = result }
    }
    channel.close()
    sender.join()
    #expect(outcome.withLock { $0 } == false)
    // What was in the channel can still be taken; then it is over, for good.
    #expect(channel.receive() == 1)
    #expect(channel.receive() == nil)
    #expect(!channel.send(3))
    #expect(channel.receive() == nil)
  }

  @Test func receiversThatWaitAreLetGoByTheEnd() {
    let channel = Channel<Int>(capacity: 1)
    let ended = Lock(0)
    let receivers = (0..<3).map { _ in
      Thread { if channel.receive() == nil { ended.withLock { $0 += 1 } } }
    }
    channel.close()
    receivers.forEach { $0.join() }
    #expect(ended.withLock { $0 } == 3)
  }

  @Test func severalSendersAndReceiversLoseNothing() {
    let channel = Channel<Int>(capacity: 2)
    let sum = Lock(0)
    let senders = (0..<4).map { sender in
      Thread { for number in 0..<500 { channel.send(sender * 500 + number) } }
    }
    let receivers = (0..<4).map { _ in
      Thread { while let number = channel.receive() { sum.withLock { $0 += number } } }
    }
    senders.forEach { $0.join() }
    channel.close()
    receivers.forEach { $0.join() }
    #expect(sum.withLock { $0 } == 2000 * 1999 / 2)
  }

  @Test func aCapacityBelowOneIsOne() {
    let channel = Channel<Int>(capacity: 0)
    #expect(channel.send(1))
    #expect(channel.receive() == 1)
  }

  @Test func elementsMayBeOptional() {
    let channel = Channel<Int?>(capacity: 2)
    channel.send(nil)
    channel.close()
    #expect(channel.receive() == .some(nil))
    #expect(channel.receive() == nil)
  }
}
