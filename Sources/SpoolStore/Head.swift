import Digest

/// The 64-byte file `HEAD`: the newest commit, as its writer saw it, to tell when LMDB falls back to an older one.
struct Head: Equatable, Sendable {
  static let fileName = "HEAD"
  static let byteCount = 64
  private static let magic = Array("WSHEAD1\n".utf8)

  var store: StoreID
  var sequence: UInt64
  /// The newest transaction; 0 when not known, as while `compact` replaces the data file.
  var transaction: UInt64
  /// The data file's length when it was written.
  var fileBytes: UInt64

  /// The file's content.
  var bytes: [UInt8] {
    var bytes = Self.magic + store.bytes
    for value in [sequence, transaction, fileBytes] { Fixed.appendLittleEndian(value, to: &bytes) }
    bytes += [UInt8](repeating: 0, count: Self.byteCount - 4 - bytes.count)
    var crc = CRC32()
    crc.update(bytes.span)
    Fixed.appendLittleEndian(crc.value, to: &bytes)
    return bytes
  }

  init(store: StoreID, sequence: UInt64, transaction: UInt64, fileBytes: UInt64) {
    self.store = store
    self.sequence = sequence
    self.transaction = transaction
    self.fileBytes = fileBytes
  }

  /// Whether it names a commit that a data file lacks whose last change and transaction are these.
  func isAhead(of sequence: UInt64, transaction: UInt64) -> Bool {
    self.sequence > sequence || (self.sequence == sequence && self.transaction > transaction)
  }

  /// Reads the file's content; nil when it is torn, which is harmless.
  init?(_ bytes: [UInt8]) {
    guard bytes.count == Self.byteCount, bytes.starts(with: Self.magic) else { return nil }
    let span = bytes.span
    var crc = CRC32()
    crc.update(span.extracting(0..<Self.byteCount - 4))
    guard Fixed.littleEndian(span, at: Self.byteCount - 4, as: UInt32.self) == crc.value,
      let high = Fixed.bigEndian(span, at: 8, as: UInt64.self),
      let low = Fixed.bigEndian(span, at: 16, as: UInt64.self),
      let sequence = Fixed.littleEndian(span, at: 24, as: UInt64.self),
      let transaction = Fixed.littleEndian(span, at: 32, as: UInt64.self),
      let fileBytes = Fixed.littleEndian(span, at: 40, as: UInt64.self)
    else { return nil }
    self.init(
      store: StoreID(high: high, low: low), sequence: sequence, transaction: transaction, fileBytes: fileBytes)
  }
}
