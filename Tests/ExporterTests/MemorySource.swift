import Digest
import Threads
import WheelModel

@testable import Exporter

/// A store in memory: a log, the present state of each release, and faults on order.
final class MemorySource: ReplaySource {
  struct Contents {
    var log: [(key: ReleaseKey, chain: SHA256Digest)] = []
    var states: [ReleaseKey: ReleaseState] = [:]
    /// How many pieces may still be handed out before `load` fails once; nil is no fault.
    var failsAfter: Int?
    /// Called before each piece is handed out.
    var loads = 0
  }

  struct Fault: Error {}

  let storeID: String
  let contents = Lock(Contents())

  init(storeID: String = "11111111-1111-4111-8111-111111111111") { self.storeID = storeID }

  /// Puts a release under a new sequence, which it returns.
  @discardableResult
  func put(_ state: ReleaseState) -> UInt64 {
    contents.withLock { contents in
      var state = state
      let sequence = UInt64(contents.log.count + 1)
      state.release.sequence = sequence
      for index in state.artifacts.indices {
        state.artifacts[index].sequence = sequence
        state.artifacts[index].withdrawnAt = state.release.withdrawnAt
      }
      contents.states[state.release.key] = state
      let text = "\(contents.log.last?.chain.hex ?? storeID) \(sequence) \(state.release.key) \(state.artifacts.count)"
      contents.log.append((state.release.key, SHA256.hash(Array(text.utf8).span)))
      return sequence
    }
  }

  /// Marks a release as withdrawn, under a new sequence.
  func withdraw(_ key: ReleaseKey) {
    guard var state = contents.withLock({ $0.states[key] }) else { return }
    state.release.withdrawnAt = Timestamp(milliseconds: 1_790_000_000_123)
    put(state)
  }

  /// A store that went back to an earlier state and then took another way.
  func rewind(to sequence: Int) { contents.withLock { $0.log.removeLast($0.log.count - sequence) } }

  /// Forgets a release without a trace, as a store that was made anew does.
  func forget(_ key: ReleaseKey) { contents.withLock { $0.states[key] = nil } }

  var states: [ReleaseState] {
    contents.withLock { $0.states.values.sorted { $0.release.key < $1.release.key } }
  }

  func sequence() throws -> UInt64 { contents.withLock { UInt64($0.log.count) } }

  func chain(at sequence: UInt64) throws -> SHA256Digest? {
    contents.withLock { contents in
      if sequence == 0 { return SHA256.hash(Array(storeID.utf8).span) }
      return sequence <= contents.log.count ? contents.log[Int(sequence) - 1].chain : nil
    }
  }

  func repositories() throws -> [RepositoryKey] {
    contents.withLock { Set($0.states.keys.map(\.repository)).sorted() }
  }

  func present(_ key: ReleaseKey) throws -> PresentRelease? {
    contents.withLock { contents in
      contents.states[key].map { state in
        PresentRelease(
          key: key, sequence: state.release.sequence, isWithdrawn: state.release.withdrawnAt != nil,
          artifactKeys: state.artifacts.map(\.artifact.id.key),
          rawBytes: state.artifacts.reduce(0) { $0 + $1.rawBytes },
          packageRows: state.artifacts.reduce(0) { $0 + UInt64($1.packages.count) })
      }
    }
  }

  func scan(
    after start: UInt64, upTo end: UInt64, _ body: (UInt64, ReleaseKey, () throws -> PresentRelease?) throws -> Bool
  ) throws {
    let log = contents.withLock { $0.log }
    guard start < end else { return }
    for sequence in start + 1...end {
      let key = log[Int(sequence) - 1].key
      guard try body(sequence, key, { try self.present(key) }) else { return }
    }
  }

  func forEachRelease(of product: Text, _ body: (PresentRelease) throws -> Bool) throws {
    for state in states where state.release.key.repository.product == product {
      guard let present = try present(state.release.key), try body(present) else { return }
    }
  }

  func load(_ release: PlannedRelease, readsAhead: Bool, deliver: (ReleasePiece) -> Bool) throws {
    guard let state = contents.withLock({ $0.states[release.key] }) else { throw Superseded() }
    var pieces: [ReleasePiece] = [.release(state.release)]
    pieces += state.artifacts.map { .artifact($0) } + [.end(state.drops)]
    for piece in pieces {
      try contents.withLock { contents in
        guard contents.states[release.key]?.release.sequence == release.sequence else { throw Superseded() }
        if let left = contents.failsAfter {
          contents.failsAfter = left == 0 ? nil : left - 1
          if left == 0 { throw Fault() }
        }
      }
      guard deliver(piece) else { return }
    }
  }
}
