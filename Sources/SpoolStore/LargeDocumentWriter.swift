import Digest
import Zstd

/// Takes in one document piece by piece in bounded memory; what it wrote is invisible until a commit names it.
///
/// For one thread. Ends with `finish` or `discard`.
public final class LargeDocumentWriter {
  /// A piece and its seal fill sixteen pages but for the header of the first (16 bytes).
  static let pieceBytes = 16 * 4096 - 16
  /// How many pieces are put in one transaction: about 1 MiB.
  private static let batch = 16

  private let writer: StoreWriter
  private let id: UInt64
  private let compressor: StreamCompressor
  private var hash = SHA256()
  private var rawBytes: UInt64 = 0
  private var ready: [[UInt8]] = []
  private var piece: [UInt8] = []
  private var written: UInt32 = 0
  private var storedBytes: UInt64 = 0
  private var isOver = false

  init(_ writer: StoreWriter, id: UInt64, level: Int) throws(StoreError) {
    self.writer = writer
    self.id = id
    do throws(ZstdError) {
      compressor = try StreamCompressor(level: level)
    } catch {
      throw .usage("begin a document", error.description)
    }
    beginPiece()
  }

  /// Adds bytes. Now and then waits for a commit of about 1 MiB of compressed pieces.
  public func write(_ bytes: Span<UInt8>) throws(StoreError) {
    precondition(!isOver, "the document was finished or discarded")
    hash.update(bytes)
    rawBytes += UInt64(bytes.count)
    try compress { try compressor.write(bytes, emit: $0) }
  }

  /// Ends the document and returns what a commit needs to name it.
  public func finish() throws(StoreError) -> PreparedDocument {
    precondition(!isOver, "the document was finished or discarded")
    try compress { try compressor.finish(emit: $0) }
    if piece.count > Seal.byteCount { endPiece() }
    try flush()
    isOver = true
    var digest = SHA256()
    swap(&digest, &hash)
    return PreparedDocument(
      id: id, rawBytes: rawBytes, sha256: digest.finalize(), storedBytes: storedBytes, pieces: written)
  }

  /// Gives up: removes what was written.
  public func discard() throws(StoreError) {
    guard !isOver else { return }
    isOver = true
    ready = []
    try writer.remove(id)
  }

  private func compress(_ run: ((Span<UInt8>) throws -> Void) throws -> Void) throws(StoreError) {
    do {
      try run { frame in
        var rest = frame
        while rest.count > 0 {
          let count = min(rest.count, Self.pieceBytes - piece.count)
          piece.append(copying: rest.extracting(0..<count))
          rest = rest.extracting(count...)
          if piece.count == Self.pieceBytes { endPiece() }
        }
        if ready.count >= Self.batch { try flush() }
      }
    } catch let error as StoreError {
      throw error
    } catch {
      throw StoreError(.localIO, .inputOutput, operation: "compress a document", cause: String(describing: error))
    }
  }

  private func beginPiece() {
    piece = []
    piece.reserveCapacity(Self.pieceBytes)
    piece += [UInt8](repeating: 0, count: Seal.byteCount)
  }

  private func endPiece() {
    storedBytes += UInt64(piece.count)
    ready.append(piece)
    beginPiece()
  }

  private func flush() throws(StoreError) {
    guard !ready.isEmpty else { return }
    let pieces = ready
    ready = []
    try writer.put(pieces, of: id, first: written)
    written += UInt32(pieces.count)
  }
}
