import Digest
import TestSupport
import Threads
import WheelModel

@testable import Collector
@testable import SpoolStore

/// Keeps large documents in memory and remembers what became of them.
final class MemorySinks: Sendable {
  struct Document: Equatable {
    var bytes: [UInt8] = []
    var isFinished = false
    var isDiscarded = false
    var longestWrite = 0
  }

  let documents = Lock([Document]())

  /// The documents in the order they were opened.
  var all: [Document] { documents.withLock { $0 } }

  func open() -> Sink {
    documents.withLock { documents in
      documents.append(Document())
      return Sink(self, documents.count - 1)
    }
  }

  final class Sink: LargeDocumentSink {
    private let sinks: MemorySinks
    private let index: Int

    init(_ sinks: MemorySinks, _ index: Int) {
      self.sinks = sinks
      self.index = index
    }

    func write(_ bytes: Span<UInt8>) throws(StoreError) {
      sinks.documents.withLock { documents in
        documents[index].longestWrite = max(documents[index].longestWrite, bytes.count)
        for at in bytes.indices { documents[index].bytes.append(bytes[at]) }
      }
    }

    func finish() throws(StoreError) -> PreparedDocument {
      let bytes = sinks.documents.withLock { documents in
        documents[index].isFinished = true
        return documents[index].bytes
      }
      return PreparedDocument(
        id: UInt64(index), rawBytes: UInt64(bytes.count), sha256: SHA256.hash(bytes.span), storedBytes: 0, pieces: 0)
    }

    func discard() throws(StoreError) { sinks.documents.withLock { $0[index].isDiscarded = true } }
  }
}

/// A reader with its budget and sinks.
struct AssetRig {
  let budget: ByteBudget
  let sinks = MemorySinks()
  let reader: AssetReader

  init(limits: CollectLimits = CollectLimits(), budget: Int = 16 << 20) {
    let sinks = sinks
    self.budget = ByteBudget(limit: budget)
    reader = AssetReader(limits: limits, budget: self.budget) { sinks.open() }
  }

  /// Reads an asset that arrives in pieces.
  func read(_ asset: [UInt8], piece: Int = 65_536) throws -> AssetContent {
    var at = 0
    return try reader.read { buffer in
      let end = min(at + piece, asset.count)
      buffer = Array(asset[at..<end])
      defer { at = end }
      return end - at
    }
  }

  /// Reads an asset that must fail, and returns why.
  func failure(_ asset: [UInt8], piece: Int = 65_536) throws -> AssetFailure? {
    do {
      _ = try read(asset, piece: piece)
      return nil
    } catch let failure as AssetFailure {
      return failure
    }
  }

  /// The bytes of a document, wherever they are.
  func bytes(_ content: AssetContent, _ kind: DocumentKind) -> [UInt8]? {
    switch content.documents[kind] {
    case .bytes(let bytes, _): bytes
    case .stored(let prepared): sinks.all[Int(prepared.id)].bytes
    case nil: nil
    }
  }

  func text(_ content: AssetContent, _ kind: DocumentKind) -> String? {
    bytes(content, kind).map { String(decoding: $0, as: UTF8.self) }
  }
}

/// Makes an asset of members and their text.
func asset(_ members: [(String, String)]) -> [UInt8] {
  var tar = TarWriter()
  for (path, text) in members { tar.add(path, text: text) }
  return tar.gzipped()
}

let graphPath = "release/outputs/graph.json"
let summaryPath = "release/outputs/build-sequence-summary.json"
let constraintsPath = "release/outputs/constraints.txt"
let requirementsPath = "release/inputs/requirements.txt"
