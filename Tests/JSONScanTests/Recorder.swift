import JSONScan

/// Writes every event down as a line, so that two scans can be compared.
struct Recorder: JSONVisitor {
  static var wantsRaw: Bool { true }

  var events: [String] = []
  private var rawBytes: [UInt8] = []

  mutating func beginObject(depth: Int) { events.append("{\(depth)") }
  mutating func endObject(depth: Int) { events.append("}\(depth)") }
  mutating func beginArray(depth: Int) { events.append("[\(depth)") }
  mutating func endArray(depth: Int) { events.append("]\(depth)") }

  mutating func key(_ utf8: Span<UInt8>, _ traits: JSONTextTraits) { record("key", utf8, traits) }
  mutating func string(_ utf8: Span<UInt8>, _ traits: JSONTextTraits) { record("string", utf8, traits) }

  mutating func number(_ text: Span<UInt8>, isTruncated: Bool) {
    events.append("number \(hex(text)) \(isTruncated) raw \(hex(rawBytes.span))")
    rawBytes = []
  }

  mutating func literal(_ literal: JSONLiteral) { events.append("\(literal)") }

  mutating func raw(_ bytes: Span<UInt8>) {
    for index in bytes.indices { rawBytes.append(bytes[index]) }
  }

  private mutating func record(_ kind: String, _ utf8: Span<UInt8>, _ traits: JSONTextTraits) {
    let flags = "\(traits.byteCount) \(traits.isTruncated) \(traits.hasLoneSurrogate)"
    events.append("\(kind) \(hex(utf8)) \(flags) raw \(hex(rawBytes.span))")
    rawBytes = []
  }
}

/// Keeps the decoded strings only.
struct Strings: JSONVisitor {
  var values: [String] = []
  var traits: [JSONTextTraits] = []

  mutating func string(_ utf8: Span<UInt8>, _ traits: JSONTextTraits) {
    values.append(text(utf8))
    self.traits.append(traits)
  }
}

func hex(_ span: Span<UInt8>) -> String {
  span.indices.map { String(span[$0], radix: 16) }.joined(separator: " ")
}

func text(_ span: Span<UInt8>) -> String {
  String(decoding: span.indices.map { span[$0] }, as: UTF8.self)
}

/// Scans `bytes` cut at the given places, and returns the events with the error, if there was one.
func scan(
  _ bytes: [UInt8], cuts: [Int] = [], limits: JSONLimits = JSONLimits()
) -> (events: [String], error: JSONError?) {
  var scanner = JSONScanner(limits: limits)
  var recorder = Recorder()
  do {
    var start = 0
    for end in cuts + [bytes.count] {
      try scanner.feed(bytes.span.extracting(start..<end), &recorder)
      start = end
    }
    try scanner.finish(&recorder)
    return (recorder.events, nil)
  } catch {
    return (recorder.events, error as? JSONError)
  }
}
