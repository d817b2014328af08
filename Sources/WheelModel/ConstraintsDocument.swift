import JSONScan

/// Makes the `constraints_file` document of an asset's requirements and constraints.
public enum ConstraintsDocument {
  /// About how many bytes a piece of a document has.
  static let pieceBytes = 64 << 10

  /// Returns `{"main":[…],"all":[…]}`: the requirements with their constraints put in, and all constraints.
  ///
  /// Throws `E_ENCODING` when a text is not UTF-8.
  public static func build(requirements: [UInt8], constraints: [UInt8]) throws(ContentError) -> [UInt8] {
    var document: [UInt8] = []
    do {
      try write(requirements: requirements, constraints: constraints) { document.append(copying: $0) }
    } catch {
      throw ContentError(scanning: error)
    }
    return document
  }

  /// Writes the document of `build` in pieces, in constant memory beside that of the texts and an index of the constraints.
  ///
  /// Throws `E_ENCODING` when a text is not UTF-8, before the first piece, and what `body` throws.
  public static func write(
    requirements: [UInt8], constraints: [UInt8], _ body: (Span<UInt8>) throws -> Void
  ) throws {
    try check(requirements, "requirements.txt")
    try check(constraints, "constraints.txt")
    let index = ConstraintIndex(constraints)
    var piece = Array("{\"main\":[".utf8)
    var isFirst = true
    func append(_ text: Span<UInt8>) throws {
      if !isFirst { piece.append(0x2c) }
      isFirst = false
      JSONText.append(text, to: &piece)
      if piece.count >= pieceBytes {
        try body(piece.span)
        piece.removeAll(keepingCapacity: true)
      }
    }
    var constrained: [UInt8] = []
    try RequirementLines.forEach(requirements) { line in
      guard let name = RequirementLines.name(requirements.span, line) else { return }
      if let rest = index.rest(of: requirements.span.extracting(name)) {
        constrained.removeAll(keepingCapacity: true)
        constrained.append(copying: requirements.span.extracting(name))
        constrained.append(copying: constraints.span.extracting(rest))
        try append(constrained.span)
      } else {
        try append(requirements.span.extracting(line))
      }
    }
    piece += "],\"all\":[".utf8
    isFirst = true
    try RequirementLines.forEach(constraints) { line in try append(constraints.span.extracting(line)) }
    piece += "]}".utf8
    try body(piece.span)
  }

  private static func check(_ text: [UInt8], _ what: String) throws(ContentError) {
    guard UTF8Sequence.isValid(text.span) else { throw ContentError(.encoding, "\(what) is not UTF-8") }
    guard text.count < Int(UInt32.max) else { throw ContentError(.limit, "\(what) is longer than 4 GiB") }
  }
}
