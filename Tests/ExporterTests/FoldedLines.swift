import TestSupport

/// Reads a file of JSON lines as the documentation tells a reader to, line by line and with a parser of its own.
struct FoldedLines {
  private var groups: [[String]: [(kind: String, line: [UInt8])]] = [:]

  init(_ path: String) throws {
    var open: [String]?
    for line in try Files.read(path).split(separator: UInt8(ascii: "\n")).map(Array.init) {
      let kind = Self.field("kind", line) ?? ""
      let key = ["product_key", "repository_key", "tag"].map { Self.field($0, line) ?? "" }
      switch kind {
      case "release":
        open = key
        groups[key] = [(kind, line)]
      case "artifact", "package", "drop": if let open { groups[open]?.append((kind, line)) }
      case "delete": groups[key] = nil
      case "reset":
        let products = Self.field("product_keys", line)
        groups = groups.filter { group in products.map { !$0.contains("\"\(group.key[0])\"") } ?? false }
      default: open = nil
      }
    }
  }

  func rows(_ table: String, _ columns: [String]) -> [[String?]] {
    let kinds = ["releases": "release", "artifacts": "artifact", "artifact_packages": "package", "drops": "drop"]
    let lines = groups.values.flatMap { $0.filter { $0.kind == kinds[table] }.map(\.line) }
    guard table == "drops" else { return lines.map { line in columns.map { Self.field($0, line) } } }
    // Of the lines of one drop the oldest counts.
    var oldest: [[String?]: [UInt8]] = [:]
    for line in lines {
      let key = ["product_key", "drop_key"].map { Self.field($0, line) }
      let date = Self.field("created_at", line) ?? ""
      if let present = oldest[key], Self.field("created_at", present) ?? "" <= date { continue }
      oldest[key] = line
    }
    return oldest.values.map { line in columns.map { Self.field($0, line) } }
  }

  /// A top-level member's value: strings without quotes and escapes, truths as 0 and 1, everything else as written.
  static func field(_ name: String, _ line: [UInt8]) -> String? {
    var depth = 0
    var at = 0
    while at < line.count {
      switch line[at] {
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
      case UInt8(ascii: "\""):
        let end = stringEnd(line, at)
        if depth == 1, end < line.count, line[end] == UInt8(ascii: ":"), line[at + 1..<end - 1].elementsEqual(name.utf8)
        {
          return value(line, end + 1)
        }
        at = end
        continue
      default: break
      }
      at += 1
    }
    return nil
  }

  private static func stringEnd(_ line: [UInt8], _ start: Int) -> Int {
    var at = start + 1
    while line[at] != UInt8(ascii: "\"") { at += line[at] == UInt8(ascii: "\\") ? 2 : 1 }
    return at + 1
  }

  private static func value(_ line: [UInt8], _ start: Int) -> String? {
    if line[start] == UInt8(ascii: "\"") {
      return unescape(Array(line[start + 1..<stringEnd(line, start) - 1]))
    }
    var depth = 0
    var at = start
    while depth > 0 || line[at] != UInt8(ascii: ",") && line[at] != UInt8(ascii: "}") {
      switch line[at] {
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
      case UInt8(ascii: "\""):
        at = stringEnd(line, at)
        continue
      default: break
      }
      at += 1
    }
    switch String(decoding: line[start..<at], as: UTF8.self) {
    case "null": return nil
    case "true": return "1"
    case "false": return "0"
    case let text: return text
    }
  }

  private static func unescape(_ bytes: [UInt8]) -> String {
    var plain: [UInt8] = []
    var at = 0
    while at < bytes.count {
      guard bytes[at] == UInt8(ascii: "\\") else {
        plain.append(bytes[at])
        at += 1
        continue
      }
      switch bytes[at + 1] {
      case UInt8(ascii: "n"): plain.append(10)
      case UInt8(ascii: "t"): plain.append(9)
      case UInt8(ascii: "u"):
        let code = String(decoding: bytes[at + 2..<at + 6], as: UTF8.self)
        plain.append(UInt8(code, radix: 16) ?? 63)
        at += 4
      case let other: plain.append(other)
      }
      at += 2
    }
    return String(decoding: plain, as: UTF8.self)
  }
}
