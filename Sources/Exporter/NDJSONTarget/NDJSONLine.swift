import Digest
import JSONScan
import WheelModel

/// Renders rows as lines of JSON: `"kind"` first, then the columns in order, documents inline without white space.
enum NDJSONLine {
  /// Renders one row and hands out its bytes in pieces, the newline included.
  static func write(
    kind: String, _ table: Table, _ fields: [FieldValue], to output: ([UInt8]) throws -> Void
  ) throws {
    var line: [UInt8] = Array("{\"kind\":\"\(kind)\"".utf8)
    for (column, field) in zip(table.columns, fields) {
      line.append(contentsOf: ",\"\(column.name)\":".utf8)
      switch field {
      case .null: line.append(contentsOf: "null".utf8)
      case .text(let text): JSONText.append(text, to: &line)
      case .integer(let number): line.append(contentsOf: String(number).utf8)
      case .boolean(let truth): line.append(contentsOf: (truth ? "true" : "false").utf8)
      case .time(let time): JSONText.append(time.rfc3339, to: &line)
      case .list(let texts): line.append(contentsOf: JSONForm.list(texts))
      case .packageNames(let list):
        line.append(UInt8(ascii: "["))
        var isFirst = true
        try list.forEachName { name, _ in
          if !isFirst { line.append(UInt8(ascii: ",")) }
          isFirst = false
          JSONText.append(name, to: &line)
          try drain(&line, to: output)
        }
        line.append(UInt8(ascii: "]"))
      case .document(let document):
        var compactor = JSONCompactor()
        try document.forEachPiece { piece in
          try compactor.feed(piece, into: &line)
          try drain(&line, to: output)
        }
        try compactor.finish(into: &line)
      }
    }
    line.append(contentsOf: "}\n".utf8)
    try output(line)
  }

  /// Renders the package rows of an artifact, a line each.
  static func writePackages(of artifact: ArtifactState, to output: ([UInt8]) throws -> Void) throws {
    let id = artifact.artifact.id
    var head: [UInt8] = Array("{\"kind\":\"package\"".utf8)
    for (name, key) in [
      ("product_key", id.repository.product), ("repository_key", id.repository.repository), ("artifact_key", id.key),
    ] {
      head.append(contentsOf: ",\"\(name)\":".utf8)
      JSONText.append(key.string, to: &head)
    }
    head.append(contentsOf: ",\"name\":".utf8)
    var lines: [UInt8] = []
    try artifact.packages.forEach { name, version in
      lines.append(contentsOf: head)
      JSONText.append(name, to: &lines)
      lines.append(contentsOf: ",\"version\":".utf8)
      JSONText.append(version, to: &lines)
      lines.append(contentsOf: "}\n".utf8)
      try drain(&lines, to: output)
    }
    try output(lines)
  }

  /// Renders the end of a release that the target is to lose.
  static func delete(_ release: PlannedRelease) -> [UInt8] {
    var line: [UInt8] = Array("{\"kind\":\"delete\"".utf8)
    for (name, key) in [
      ("product_key", release.key.repository.product), ("repository_key", release.key.repository.repository),
      ("tag", release.key.tag),
    ] {
      line.append(contentsOf: ",\"\(name)\":".utf8)
      JSONText.append(key.string, to: &line)
    }
    line.append(contentsOf: ",\"sequence\":\(release.sequence)}\n".utf8)
    return line
  }

  /// Renders that everything earlier of some products (nil: of all) is void.
  static func reset(storeID: String, products: [Text]?) -> [UInt8] {
    var line: [UInt8] = Array("{\"kind\":\"reset\",\"store_id\":".utf8)
    JSONText.append(storeID, to: &line)
    line.append(contentsOf: ",\"product_keys\":".utf8)
    line.append(contentsOf: products.map { JSONForm.list($0.sorted()) } ?? Array("null".utf8))
    line.append(contentsOf: "}\n".utf8)
    return line
  }

  /// How every watermark line begins; no other line does.
  static let watermarkPrefix = Array("{\"kind\":\"watermark\",".utf8)

  /// Renders the position of all products: up to here the file is complete.
  static func watermark(storeID: String, _ marks: [Text: Watermark]) -> [UInt8] {
    var line = watermarkPrefix
    line.append(contentsOf: "\"format\":1,\"store_id\":".utf8)
    JSONText.append(storeID, to: &line)
    line.append(contentsOf: ",\"watermarks\":[".utf8)
    for (index, (product, mark)) in marks.sorted(by: { $0.key < $1.key }).enumerated() {
      if index > 0 { line.append(UInt8(ascii: ",")) }
      line.append(contentsOf: "{\"product_key\":".utf8)
      JSONText.append(product.string, to: &line)
      line.append(contentsOf: ",\"sequence\":\(mark.sequence),\"chain\":\"\(mark.chain.hex)\"}".utf8)
    }
    line.append(contentsOf: "]}\n".utf8)
    return line
  }

  private static func drain(_ line: inout [UInt8], to output: ([UInt8]) throws -> Void) throws {
    guard line.count >= OutputFile.bufferBytes else { return }
    try output(line)
    line.removeAll(keepingCapacity: true)
  }
}

/// What a watermark line says.
struct NDJSONWatermarks: Equatable {
  var storeID = ""
  var marks: [Text: Watermark] = [:]

  /// Reads a line without its newline; nil for one that this format does not have.
  init?(line: [UInt8]) {
    var visitor = Visitor()
    var scanner = JSONScanner()
    do {
      try scanner.feed(line.span, &visitor)
      try scanner.finish(&visitor)
    } catch { return nil }
    guard visitor.kind == "watermark", visitor.format == 1, let storeID = visitor.storeID, visitor.isWhole else {
      return nil
    }
    self.storeID = storeID
    marks = visitor.marks
  }

  init(storeID: String, marks: [Text: Watermark] = [:]) {
    self.storeID = storeID
    self.marks = marks
  }

  private struct Visitor: JSONVisitor {
    var kind: String?
    var format: Int64?
    var storeID: String?
    var marks: [Text: Watermark] = [:]
    var isWhole = true
    private var key = ""
    private var product: Text?
    private var sequence: UInt64?
    private var chain: SHA256Digest?

    mutating func key(_ utf8: Span<UInt8>, _ traits: JSONTextTraits) { key = Self.string(utf8) }

    mutating func beginObject(depth: Int) {
      product = nil
      sequence = nil
      chain = nil
    }

    mutating func endObject(depth: Int) {
      guard depth == 3 else { return }
      guard let product, let sequence, let chain else {
        isWhole = false
        return
      }
      marks[product] = Watermark(sequence: sequence, chain: chain)
    }

    mutating func string(_ utf8: Span<UInt8>, _ traits: JSONTextTraits) {
      switch key {
      case "kind": kind = Self.string(utf8)
      case "store_id": storeID = Self.string(utf8)
      case "product_key": product = Text(Self.string(utf8))
      case "chain": chain = SHA256Digest(hex: Self.string(utf8))
      default: break
      }
    }

    mutating func number(_ text: Span<UInt8>, isTruncated: Bool) {
      guard let number = JSONText.integer(text) else { return }
      if key == "format" { format = number }
      if key == "sequence" { sequence = UInt64(exactly: number) }
    }

    private static func string(_ utf8: Span<UInt8>) -> String {
      // Safety: copied while the span is alive.
      unsafe utf8.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
    }
  }
}
