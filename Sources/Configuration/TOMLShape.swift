/// Looks over a TOML text for what its parser takes for granted, at which it would end the process instead of saying so.
///
/// Whatever is refused here is no TOML: a table's header without a name (`[[[product]]]`), brackets that do not match
/// (`[}`), control characters, and characters beyond ASCII outside of strings and comments. Dates and times are refused
/// too: no setting is one, and the parser takes their form for granted. Source: TOML 1.0.
struct TOMLShape {
  /// What is wrong, and in which line.
  struct Fault: Error, Equatable {
    let line: Int
    let cause: String
  }

  private let bytes: [UInt8]
  private var at = 0
  private var line = 1
  /// The closing brackets that are still to come, the next one last.
  private var open: [UInt8] = []
  private var isHeader = false
  /// Whether what comes next is a value, not a key.
  private var isValueNext = false

  private init(_ text: String) {
    bytes = Array(text.utf8)
    if bytes.starts(with: [0xef, 0xbb, 0xbf]) { at = 3 }
  }

  /// Throws what is wrong first.
  static func check(_ text: String) throws(Fault) {
    var shape = TOMLShape(text)
    try shape.check()
  }

  private mutating func check() throws(Fault) {
    try checkHeader()
    while at < bytes.count {
      let byte = bytes[at]
      switch byte {
      case 0x0a:
        try advance()
        if open.isEmpty { try checkHeader() }
        continue
      case 0x20, 0x09, 0x0d: break
      case UInt8(ascii: "="): isValueNext = true
      case UInt8(ascii: ","): isValueNext = open.last == UInt8(ascii: "]")
      case UInt8(ascii: "#"): try skip { $0 == 0x0a }
      case 0x22, 0x27:
        isValueNext = false
        try skipString(byte)
      case UInt8(ascii: "["):
        open.append(UInt8(ascii: "]"))
        isValueNext = !isHeader
      case UInt8(ascii: "{"):
        open.append(UInt8(ascii: "}"))
        isValueNext = false
      case UInt8(ascii: "]"), UInt8(ascii: "}"):
        guard open.popLast() == byte else { throw fault("a bracket closes what it did not open") }
      case 0x80...: throw fault("a character beyond ASCII stands outside of a string")
      default:
        if isValueNext { try checkWord() }
        isValueNext = false
      }
      if at < bytes.count, bytes[at] != 0x0a { try advance() }
    }
  }

  /// Looks at the start of a line whether it is a header, and has a name then.
  private mutating func checkHeader() throws(Fault) {
    isValueNext = false
    var rest = bytes[at...].drop { $0 == 0x20 || $0 == 0x09 }
    isHeader = rest.popFirst() == UInt8(ascii: "[")
    guard isHeader else { return }
    if rest.first == UInt8(ascii: "[") { rest.removeFirst() }
    rest = rest.drop { $0 == 0x20 || $0 == 0x09 }
    switch rest.first ?? 0 {
    case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x5f, 0x22, 0x27, 0x5d: return
    default: throw fault("a table's name must follow `[` or `[[`")
    }
  }

  /// Looks at a value that is no string, array or table.
  private func checkWord() throws(Fault) {
    let digits = bytes[at...].prefix { (0x30...0x39).contains($0) }
    guard let next = bytes[digits.endIndex...].first, !digits.isEmpty else { return }
    if next == UInt8(ascii: ":") || next == UInt8(ascii: "-") { throw fault("a date or time is no setting's value") }
  }

  /// Moves to the last byte of a string that begins here, or of the line for one that the line does not end.
  private mutating func skipString(_ quote: UInt8) throws(Fault) {
    let isLong = bytes[at...].starts(with: [quote, quote, quote])
    for _ in 0..<(isLong ? 3 : 1) { try advance() }
    while at < bytes.count, isLong || bytes[at] != 0x0a {
      if bytes[at] == quote, !isLong || bytes[at...].starts(with: [quote, quote, quote]) {
        for _ in 0..<(isLong ? 2 : 0) { try advance() }
        // Up to two more quotes belong to a long string's text.
        while isLong, at + 1 < bytes.count, bytes[at + 1] == quote { try advance() }
        return
      }
      if bytes[at] == UInt8(ascii: "\\"), quote == 0x22 { try advance() }
      if at < bytes.count { try advance() }
    }
  }

  private mutating func skip(until isEnd: (UInt8) -> Bool) throws(Fault) {
    while at < bytes.count, !isEnd(bytes[at]) { try advance() }
  }

  /// Steps over one byte, which must be one that TOML allows somewhere.
  private mutating func advance() throws(Fault) {
    let byte = bytes[at]
    let isEndOfLine = byte == 0x0d && at + 1 < bytes.count && bytes[at + 1] == 0x0a
    guard byte >= 0x20 && byte != 0x7f || byte == 0x09 || byte == 0x0a || isEndOfLine else {
      throw fault("holds a control character")
    }
    if byte == 0x0a { line += 1 }
    at += 1
  }

  private func fault(_ cause: String) -> Fault { Fault(line: line, cause: cause) }
}
