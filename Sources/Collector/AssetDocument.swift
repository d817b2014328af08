import Digest
import JSONScan
public import SpoolStore
import Threads

/// Takes in one large document piece by piece, ahead of the commit that names it.
public protocol LargeDocumentSink: AnyObject {
  /// Adds bytes.
  func write(_ bytes: Span<UInt8>) throws(StoreError)
  /// Ends the document and returns what a commit needs to name it.
  func finish() throws(StoreError) -> PreparedDocument
  /// Gives up: what was written is removed.
  func discard() throws(StoreError)
}

extension LargeDocumentWriter: LargeDocumentSink {}

/// Gathers one document: in memory while it is small and the budget allows, from then on in a sink.
final class AssetDocument {
  private let heldBytes: Int
  private let share: BudgetShare
  private let buffers: BufferPool
  private let openSink: () throws -> any LargeDocumentSink
  private var bytes: [UInt8] = []
  private var digest: SHA256? = SHA256()
  /// What of the share is for `bytes`, and as many bytes as it has room for.
  private var reserved = 0
  private var sink: (any LargeDocumentSink)?

  /// Begins a document of about `expected` bytes, held up to `heldBytes`.
  init(
    expected: Int, heldBytes: Int, share: BudgetShare, buffers: BufferPool,
    openSink: @escaping () throws -> any LargeDocumentSink
  ) throws {
    self.heldBytes = heldBytes
    self.share = share
    self.buffers = buffers
    self.openSink = openSink
    if expected <= heldBytes, share.tryReserve(expected) {
      reserved = expected
      bytes = buffers.take(expected)
    } else {
      sink = try openSink()
      digest = nil
    }
  }

  func append(_ piece: Span<UInt8>) throws {
    guard piece.count > 0 else { return }
    if sink == nil, !makeRoom(for: piece.count) { try spill() }
    if let sink {
      try sink.write(piece)
    } else {
      digest?.update(piece)
      bytes.append(copying: piece)
    }
  }

  /// Ends the document: to be called once everything around it was found good.
  func finish() throws -> DocumentContent {
    if let sink { return .stored(try sink.finish()) }
    if bytes.count < reserved / 2 {
      var short = buffers.take(bytes.count)
      short.append(copying: bytes.span)
      swap(&short, &bytes)
      buffers.give(short)
      share.release(reserved - bytes.count)
    }
    guard let digest = digest.take() else { preconditionFailure("a document at hand has its digest") }
    return .bytes(bytes, digest.finalize())
  }

  /// Removes what went to the store. What cannot be removed now is swept when the store is next opened.
  func discard() { try? sink?.discard() }

  private func makeRoom(for count: Int) -> Bool {
    let needed = bytes.count + count
    if needed <= reserved { return true }
    guard needed <= heldBytes else { return false }
    let wanted = min(max(needed, 2 * reserved), heldBytes)
    guard share.tryReserve(wanted - reserved) else { return false }
    reserved = wanted
    bytes.reserveCapacity(wanted)
    return true
  }

  private func spill() throws {
    let sink = try openSink()
    self.sink = sink
    let held = bytes
    bytes = []
    try sink.write(held.span)
    share.release(reserved)
    reserved = 0
    digest = nil
  }
}
