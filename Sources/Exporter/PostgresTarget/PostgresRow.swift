import Digest
import JSONScan
import Postgres
import WheelModel

/// What a value looks like to the server, or why it would refuse it.
enum PostgresField {
  case null
  case bytes([UInt8])
  case packageNames(PackageList)
  case document(DocumentState)
}

/// A row whose small values are in the server's binary form, without those it cannot hold.
struct PostgresRow {
  let table: Table
  private(set) var fields: [PostgresField] = []
  /// The columns that were set to NULL, and why.
  private(set) var refused: [(column: String, code: String, message: String)] = []
  /// Whether a required column was refused: there is no row then.
  private(set) var isOmitted = false

  private var documentBytes: UInt64 = 0

  /// PostgreSQL stores no field of 1 GiB, forms no row of so much before it compresses it, and needs some room around it.
  static let largestRow: UInt64 = 1_000_000_000

  init(_ table: Table, _ values: [FieldValue]) {
    self.table = table
    precondition(values.count == table.columns.count, "a row has a value for each column")
    fields.reserveCapacity(values.count)
    for (column, value) in zip(table.columns, values) { append(value, column) }
  }

  /// The documents that are to be sent.
  var documents: [DocumentState] {
    fields.compactMap { field in
      if case .document(let document) = field { document } else { nil }
    }
  }

  /// Sets a field to NULL after the server has refused it.
  mutating func refuse(_ column: String, code: String, message: String) {
    refused.append((column, code, message))
    guard let index = table.columns.firstIndex(where: { $0.name == column }) else { return }
    fields[index] = .null
    if table.columns[index].isRequired { isOmitted = true }
  }

  /// Appends the row in COPY's binary form to `buffer`, sending that whenever it is long enough.
  ///
  /// Memory is bounded: lists of names pass through in pieces, and long pieces of documents are sent as they lie.
  func encode(
    documentPrefix: UInt8?, into buffer: inout [UInt8], send: (Span<UInt8>) throws -> Void
  ) throws {
    func drain(_ buffer: inout [UInt8]) throws {
      try send(buffer.span)
      buffer.removeAll(keepingCapacity: true)
    }
    BinaryForm.append(Int16(fields.count), to: &buffer)
    for field in fields {
      switch field {
      case .null: BinaryForm.append(Int32(-1), to: &buffer)
      case .bytes(let bytes):
        BinaryForm.append(Int32(bytes.count), to: &buffer)
        buffer.append(contentsOf: bytes)
      case .packageNames(let list): try Self.encodeNames(of: list, into: &buffer, drain: drain)
      case .document(let document):
        BinaryForm.append(Int32(clamping: document.byteCount + (documentPrefix == nil ? 0 : 1)), to: &buffer)
        if let documentPrefix { buffer.append(documentPrefix) }
        try document.forEachPiece { piece in
          if piece.count >= Connection.copyPieceBytes {
            try drain(&buffer)
            try send(piece)
          } else {
            buffer.append(copying: piece)
            if buffer.count >= Connection.copyPieceBytes { try drain(&buffer) }
          }
        }
      }
    }
    if buffer.count >= Connection.copyPieceBytes { try drain(&buffer) }
  }

  /// The values as parameters of a statement; for rows without documents.
  var parameters: [Parameter] {
    zip(table.columns, fields).map { column, field in
      Parameter(type: Self.typeID(of: column.type), bytes: Self.bytes(of: field))
    }
  }

  private static func bytes(of field: PostgresField) -> [UInt8]? {
    switch field {
    case .null, .document: return nil
    case .bytes(let bytes): return bytes
    case .packageNames(let list):
      var bytes: [UInt8] = []
      // Gathering in memory cannot fail.
      try? encodeNames(of: list, into: &bytes) { _ in }
      return Array(bytes.dropFirst(4))
    }
  }

  static func typeID(of type: ColumnType) -> UInt32 {
    switch type {
    case .text, .document: PostgresType.text
    case .integer: PostgresType.int8
    case .boolean: PostgresType.bool
    case .timestamp: PostgresType.timestamptz
    case .textList: PostgresType.textArray
    }
  }

  private mutating func append(_ value: FieldValue, _ column: Column) {
    switch value {
    case .null: fields.append(.null)
    case .text(let text): appendText(Array(text.utf8), column)
    case .integer(let number): fields.append(.bytes(BinaryForm.bigEndian(UInt64(bitPattern: number))))
    case .boolean(let truth): fields.append(.bytes([truth ? 1 : 0]))
    case .time(let time):
      if let bytes = BinaryForm.timestamp(milliseconds: time.milliseconds) {
        fields.append(.bytes(bytes))
      } else {
        appendRefused(column, "22008", "the time is outside the server's calendar")
      }
    case .list(let texts):
      guard !texts.contains(where: { $0.utf8.contains(0) }) else { return appendNUL(column) }
      fields.append(.bytes(BinaryForm.textArray(texts.map(\.string))))
    case .packageNames(let list):
      if list.holdsNUL { return appendNUL(column) }
      fields.append(.packageNames(list))
    case .document(let document):
      if document.byteCount > Self.largestRow - documentBytes {
        appendRefused(column, "54000", "it has \(document.byteCount) bytes; a row holds less than 1 GB")
      } else {
        documentBytes += document.byteCount
        fields.append(.document(document))
      }
    }
  }

  private mutating func appendText(_ bytes: [UInt8], _ column: Column) {
    if bytes.contains(0) { return appendNUL(column) }
    fields.append(.bytes(bytes))
  }

  private mutating func appendNUL(_ column: Column) {
    appendRefused(column, "22021", "it holds a NUL, which no text of the server can")
  }

  private mutating func appendRefused(_ column: Column, _ code: String, _ message: String) {
    fields.append(.null)
    refused.append((column.name, code, message))
    if column.isRequired { isOmitted = true }
  }

  private static func encodeNames(
    of list: PackageList, into buffer: inout [UInt8], drain: (inout [UInt8]) throws -> Void
  ) throws {
    let (count, total) = list.distinctNames
    BinaryForm.append(Int32(clamping: (count == 0 ? 12 : 20) + 4 * count + total), to: &buffer)
    BinaryForm.appendTextArrayHeader(count: count, to: &buffer)
    try list.forEachName { name, _ in
      BinaryForm.append(Int32(name.count), to: &buffer)
      buffer.append(copying: name)
      if buffer.count >= Connection.copyPieceBytes { try drain(&buffer) }
    }
  }
}

extension ExportIssue {
  /// A key as an entry can hold it: without NUL, and short enough for an index.
  static func storable(_ key: Text) -> String {
    let bytes = Array(key.utf8)
    guard bytes.count > 500 || bytes.contains(0) else { return key.string }
    let shown = SafeText.escape(key, limit: 400)
    return shown + "#" + String(SHA256.hash(bytes.span).hex.prefix(16))
  }
}
