import JSONScan
import SQLite
import WheelModel

/// A row in SQLite's values, and the documents that are to be streamed into it.
struct SQLiteRow {
  let table: Table
  private(set) var values: [Value] = []
  /// Columns that hold zero bytes so far, in order.
  private(set) var streamed: [DocumentState] = []
  /// The columns that were set to NULL, and why.
  private(set) var refused: [(column: String, code: String, message: String)] = []
  private var inlineBytes: UInt64 = 0
  private var totalBytes: UInt64 = 0

  /// SQLite's own limit of a row, `SQLITE_MAX_LENGTH`, less room for the small columns.
  static let largestRow: UInt64 = 990_000_000

  init(_ table: Table, _ fields: [FieldValue]) throws {
    self.table = table
    values.reserveCapacity(fields.count)
    for (column, field) in zip(table.columns, fields) { values.append(try value(field, column)) }
  }

  /// Gives the values away, so that the longest of them need not be held beside the target's copy.
  mutating func takeValues() -> [Value] {
    defer { values = [] }
    return values
  }

  private mutating func value(_ field: FieldValue, _ column: Column) throws -> Value {
    switch field {
    case .null: return .null
    case .text(let text): return .text(text)
    case .integer(let number): return .integer(number)
    case .boolean(let truth): return .integer(truth ? 1 : 0)
    case .time(let time): return .text(time.rfc3339)
    case .list(let texts): return .textBytes(JSONForm.list(texts))
    case .packageNames(let list): return .textBytes(JSONForm.names(of: list))
    case .document(let document): return try value(document, column)
    }
  }

  private mutating func value(_ document: DocumentState, _ column: Column) throws -> Value {
    guard document.byteCount <= Self.largestRow - totalBytes else {
      refused.append((column.name, "SQLITE_TOOBIG", "it has \(document.byteCount) bytes; a row holds less than 1 GB"))
      return .null
    }
    totalBytes += document.byteCount
    inlineBytes += document.byteCount
    // Zeros at the end of a row take no memory, so once one document is streamed all later ones are.
    if !streamed.isEmpty || inlineBytes > DocumentState.largeBytes {
      streamed.append(document)
      return .zeroBlob(Int(clamping: document.byteCount))
    }
    if case .whole(let bytes) = document.bytes { return .textBytes(bytes) }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Int(clamping: document.byteCount))
    try document.forEachPiece { bytes.append(copying: $0) }
    return .textBytes(bytes)
  }
}

/// Values as JSON text, for targets without types for them.
enum JSONForm {
  static func list(_ texts: [Text]) -> [UInt8] {
    var bytes: [UInt8] = [UInt8(ascii: "[")]
    for (index, text) in texts.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      JSONText.append(text.string, to: &bytes)
    }
    bytes.append(UInt8(ascii: "]"))
    return bytes
  }

  static func names(of list: PackageList) -> [UInt8] {
    var bytes: [UInt8] = [UInt8(ascii: "[")]
    list.forEachName { name, _ in
      if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
      JSONText.append(name, to: &bytes)
    }
    bytes.append(UInt8(ascii: "]"))
    return bytes
  }
}
