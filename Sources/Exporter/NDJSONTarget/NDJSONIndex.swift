import Digest
import JSONScan
import WheelModel

/// Folds a file of JSON lines: which releases it holds in the end, and a digest of the lines of each.
struct NDJSONIndex: ~Copyable {
  private(set) var groups: [ReleaseKey: SHA256Digest] = [:]
  private var open: Group?

  /// How much of a line is kept to read its keys.
  private static let headBytes = 64 << 10

  private struct Group: ~Copyable {
    let key: ReleaseKey
    var digest = SHA256()
  }

  /// Reads the file from its start to `end`.
  mutating func read(_ file: OutputFile, to end: UInt64, shouldStop: () -> Bool) throws {
    var block: [UInt8] = []
    var head: [UInt8] = []
    var isInBody = false
    var at: UInt64 = 0
    while at < end {
      if shouldStop() {
        throw ExportError(.targetFailed, .interrupted, operation: "read the target", cause: "stopped on request")
      }
      try file.read(into: &block, count: Int(min(end - at, 256 << 10)), at: at)
      guard !block.isEmpty else { break }
      at += UInt64(block.count)
      var from = 0
      while from < block.count {
        let newline = block[from...].firstIndex(of: UInt8(ascii: "\n"))
        let upTo = newline.map { $0 + 1 } ?? block.count
        if isInBody {
          open?.digest.update(block.span.extracting(from..<upTo))
        } else {
          head.append(contentsOf: block[from..<upTo])
          if newline != nil || head.count >= Self.headBytes {
            begin(head)
            open?.digest.update(head.span)
            head.removeAll(keepingCapacity: true)
            isInBody = true
          }
        }
        if newline != nil { isInBody = false }
        from = upTo
      }
    }
    endGroup()
  }

  /// Looks at the start of a line: most kinds belong to the open group, the others end it.
  private mutating func begin(_ head: [UInt8]) {
    var visitor = LineHead()
    var scanner = JSONScanner()
    // The head may be cut, and nothing after the keys matters: what ends the scan is no error.
    try? scanner.feed(head.span, &visitor)
    switch visitor.kind {
    case "artifact", "package", "drop": return
    case "release":
      endGroup()
      if let key = visitor.release { open = Group(key: key) }
    case "delete":
      endGroup()
      if let key = visitor.release { groups[key] = nil }
    case "reset":
      endGroup()
      if let products = visitor.products {
        groups = groups.filter { !products.contains($0.key.repository.product) }
      } else {
        groups = [:]
      }
    default: endGroup()
    }
  }

  private mutating func endGroup() {
    guard let group = open.take() else { return }
    groups[group.key] = group.digest.finalize()
  }

  /// The keys at the start of a line.
  private struct LineHead: JSONVisitor {
    var kind: String?
    var product: Text?
    var repository: Text?
    var tag: Text?
    /// The products of a `reset` line; nil is all.
    var products: [Text]?
    private var key = ""

    var release: ReleaseKey? {
      guard let product, let repository, let tag else { return nil }
      return ReleaseKey(RepositoryKey(product: product, repository: repository), tag: tag)
    }

    mutating func key(_ utf8: Span<UInt8>, _ traits: JSONTextTraits) { key = Self.text(utf8).string }

    mutating func beginArray(depth: Int) { if key == "product_keys", depth == 2 { products = [] } }

    mutating func string(_ utf8: Span<UInt8>, _ traits: JSONTextTraits) {
      switch key {
      case "kind": if kind == nil { kind = Self.text(utf8).string }
      case "product_key": if product == nil { product = Self.text(utf8) }
      case "repository_key": if repository == nil { repository = Self.text(utf8) }
      case "tag": if tag == nil { tag = Self.text(utf8) }
      case "product_keys": products?.append(Self.text(utf8))
      default: break
      }
    }

    private static func text(_ utf8: Span<UInt8>) -> Text {
      // Safety: copied while the span is alive.
      unsafe utf8.withUnsafeBufferPointer { unsafe Text(decoding: $0) }
    }
  }
}
