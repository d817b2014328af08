import LMDB
import Zstd

/// Reads one document in pieces, holding no transaction between them. For one thread.
public final class DocumentReader {
  /// The longest piece handed out.
  static let pieceBytes = 64 << 10
  /// How much of a frame is decoded at a time: a block of 128 KiB may come out of a few bytes.
  private static let feedBytes = 64

  /// What the store knows of the document.
  public let info: DocumentInfo

  private let store: Store
  private var header: DocumentHeader?
  private var decompressor: StreamDecompressor?
  private var nextPiece: UInt32 = 0
  private var frame: [UInt8] = []
  private var frameAt = 0
  private var raw: [UInt8] = []
  private var rawAt = 0
  private var isStarted = false

  init(info: DocumentInfo, store: Store) {
    self.info = info
    self.store = store
  }

  /// Replaces `buffer` by the next bytes, at most 64 KiB; returns false at the end.
  ///
  /// Throws `superseded` when the document was removed meanwhile, `damaged` when it is not what was written.
  public func next(into buffer: inout [UInt8]) throws(StoreError) -> Bool {
    buffer.removeAll(keepingCapacity: true)
    do {
      if !isStarted { try start() }
      while raw.count - rawAt < Self.pieceBytes, try decodeMore() {}
    } catch {
      throw StoreError(error, operation: "read document \(info.id)", path: store.path)
    }
    let count = min(Self.pieceBytes, raw.count - rawAt)
    guard count > 0 else { return false }
    buffer.append(copying: raw.span.extracting(rawAt..<rawAt + count))
    rawAt += count
    return true
  }

  private func start() throws {
    isStarted = true
    try store.read { snapshot in
      let (target, found) = try snapshot.resolved(info.id) ?? { throw superseded }()
      if found.codec == .pieces {
        header = found
        pieces = target
        decompressor = try StreamDecompressor(rawLength: Int(clamping: found.rawBytes))
      } else {
        raw = try snapshot.document(info.id) ?? { throw superseded }()
      }
    }
  }

  /// The document whose pieces are read: the one asked for, or the one it is an alias of.
  private var pieces: UInt64 = 0

  /// Decodes a little more into `raw`; returns false at the end of the document.
  private func decodeMore() throws -> Bool {
    guard let header, let decompressor else { return false }
    if rawAt > 0 {
      raw.removeFirst(rawAt)
      rawAt = 0
    }
    if frameAt == frame.count {
      guard nextPiece < header.pieces else {
        try decompressor.finish()
        self.decompressor = nil
        return false
      }
      frame = try store.read { snapshot in
        if let piece = try snapshot.piece(pieces, nextPiece) { return piece }
        guard try snapshot.resolved(info.id) == nil else {
          let key = StoreKey.piece(pieces, nextPiece)
          throw StoreError.damaged("documents", key.span, "the piece is missing")
        }
        throw superseded
      }
      frameAt = 0
      nextPiece += 1
    }
    let end = min(frameAt + Self.feedBytes, frame.count)
    let frame = frame
    try decompressor.feed(frame.span.extracting(frameAt..<end)) { raw.append(copying: $0) }
    frameAt = end
    return true
  }

  private var superseded: StoreError {
    StoreError(
      .busy, .superseded, operation: "read document \(info.id)", cause: "its release was replaced meanwhile",
      hint: "start again")
  }
}
