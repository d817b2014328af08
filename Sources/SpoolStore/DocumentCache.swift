import Digest
import Threads

/// A document's raw bytes with their digest.
struct RawDocument: Sendable {
  var bytes: [UInt8]
  var sha256: SHA256Digest
}

/// The raw bytes of documents used last, within a budget; ids are never reused, so nothing in it goes stale.
final class DocumentCache: Sendable {
  private struct State {
    var documents: [UInt64: (document: RawDocument, used: UInt64)] = [:]
    var bytes = 0
    var clock: UInt64 = 0
  }

  private let limit: Int
  private let buffers: BufferPool
  private let state = Lock(State())

  /// Makes an empty cache; what it drops goes to `buffers`.
  init(limit: Int, buffers: BufferPool = BufferPool()) {
    self.limit = limit
    self.buffers = buffers
  }

  subscript(id: UInt64) -> RawDocument? {
    state.withLock { state in
      guard let entry = state.documents[id] else { return nil }
      state.clock += 1
      state.documents[id]?.used = state.clock
      return entry.document
    }
  }

  /// Keeps a document, dropping those unused for longest; one of more than half the budget is not kept.
  func insert(_ id: UInt64, _ document: RawDocument) {
    guard document.bytes.capacity <= limit / 2 else { return }
    state.withLock { state in
      guard state.documents[id] == nil else { return }
      state.clock += 1
      state.documents[id] = (document, state.clock)
      state.bytes += document.bytes.capacity
      while state.bytes > limit, let oldest = state.documents.min(by: { $0.value.used < $1.value.used }) {
        state.documents[oldest.key] = nil
        state.bytes -= oldest.value.document.bytes.capacity
        buffers.give(oldest.value.document.bytes)
      }
    }
  }

  func removeAll() { state.withLock { $0 = State() } }
}
