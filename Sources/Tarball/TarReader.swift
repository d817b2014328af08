/// Reads a gzipped tar archive from a source of bytes, member by member, in constant memory and without ever extracting.
///
/// ```swift
/// let reader = try TarReader { buffer in try response.read(into: &buffer) }
/// while let entry = try reader.next() {
///   if isWanted(entry.path), entry.kind == .regular { try reader.readData { piece in digest.update(piece) } }
/// }
/// ```
///
/// Understands ustar, pax, GNU long names and base-256 sizes. Refuses what readers understand differently: sparse members,
/// links and directories with data, global pax paths. The archive ends at the first block of zeros, as for GNU tar and bsdtar,
/// or at the end of the file on a block boundary; what follows is inflated and checked, but not interpreted. A file cut
/// anywhere is noticed because the gzip trailer, with CRC and length, is missing.
///
/// Not for use by two threads at a time. Sources: POSIX.1-2001 pax, the GNU tar manual, RFC 1952.
public final class TarReader {
  private let limits: TarLimits
  private let stream: GzipStream
  private var block: [UInt8] = []
  private var members = 0
  /// Data bytes of the current member that were not read yet, and the padding behind them.
  private var remaining = 0
  private var padding = 0
  private var hasEnded = false
  /// What made the reader useless; thrown again by every later call.
  private var broken: (any Error)?

  /// Prepares to read from `source`, which replaces the content of the array with the next bytes of the file and returns
  /// their count, 0 at the end. Its errors pass through ``next()`` and ``readData(_:)`` unchanged.
  public init(limits: TarLimits = TarLimits(), source: @escaping (inout [UInt8]) throws -> Int) throws(TarballError) {
    self.limits = limits
    stream = try GzipStream(limits: limits, source: source)
    block.reserveCapacity(TarHeader.blockBytes)
  }

  /// Moves to the next member, skipping what is left of the present one.
  ///
  /// Returns nil only after the end of the archive, every gzip trailer included, was read and found good; throws
  /// ``TarballError`` or the source's error, after which the reader is of no more use.
  public func next() throws -> TarEntry? {
    guard !hasEnded else { return nil }
    return try latching { try advance() }
  }

  private func advance() throws -> TarEntry? {
    try readData { _ in }
    try skipPadding()
    var longName: [UInt8]?
    var pax: PaxRecords?
    var headerBytes = 0
    while true {
      guard let header = try readHeader() else {
        guard headerBytes == 0 else { throw failure(.tar, "an extended header belongs to no member") }
        try drain()
        return nil
      }
      switch header.type {
      case UInt8(ascii: "x"), UInt8(ascii: "X"):
        pax = try parse(try readExtension(header, &headerBytes))
      case UInt8(ascii: "g"):
        let global = try parse(try readExtension(header, &headerBytes))
        guard global.path == nil, global.size == nil else {
          throw failure(.tar, "a global pax header sets path or size")
        }
        guard !global.isSparse else { throw failure(.sparse, "a global pax header makes members sparse") }
        // It describes the archive, so the archive may end with it.
        if pax == nil, longName == nil { headerBytes = 0 }
        members += 1
        try checkMembers()
      case UInt8(ascii: "L"):
        longName = Array(try readExtension(header, &headerBytes).prefix { $0 != 0 })
      case UInt8(ascii: "K"):
        _ = try readExtension(header, &headerBytes)
      default:
        return try begin(header, longName: longName, pax: pax)
      }
    }
  }

  /// Delivers the rest of the present member's data in order, in spans of at most 64 KiB that live as long as the call.
  ///
  /// Throws ``TarballError``, the source's error, or what `body` throws; after an error of `body` alone, ``next()`` goes on.
  /// `body` must not use the reader.
  public func readData(_ body: (Span<UInt8>) throws -> Void) throws {
    while remaining > 0 {
      try requireBytes("the data of a member")
      try stream.take(atMost: remaining) { piece in
        remaining -= piece.count
        try body(piece)
      }
    }
  }

  private func begin(_ header: TarHeader, longName: [UInt8]?, pax: PaxRecords?) throws -> TarEntry {
    members += 1
    try checkMembers()
    let kind: TarEntry.Kind
    let path = pax?.path ?? longName ?? header.path
    switch header.type {
    case 0, UInt8(ascii: "0"), UInt8(ascii: "7"):
      // Before ustar a directory was a file whose name ends in a slash.
      kind = path.last == UInt8(ascii: "/") ? .directory : .regular
    case UInt8(ascii: "1"): kind = .hardLink
    case UInt8(ascii: "2"): kind = .symbolicLink
    case UInt8(ascii: "3"), UInt8(ascii: "4"), UInt8(ascii: "6"): kind = .special
    case UInt8(ascii: "5"): kind = .directory
    case UInt8(ascii: "S"): throw failure(.sparse, "a member is sparse")
    case UInt8(ascii: "M"), UInt8(ascii: "N"): throw failure(.tar, "a member is spread over several volumes")
    default: kind = .other
    }
    guard pax?.isSparse != true else { throw failure(.sparse, "a member is sparse") }
    guard !path.isEmpty else { throw failure(.tar, "a member has no name") }
    guard path.count <= limits.pathBytes else {
      throw failure(.limit, "a path of more than \(limits.pathBytes) bytes", limit: "pathBytes")
    }
    guard let size = pax?.size ?? header.size ?? (kind == .regular ? nil : 0) else {
      throw failure(.tar, "a file has no size")
    }
    guard size == 0 || kind == .regular || kind == .other else {
      throw failure(.tar, "a link, directory or device has a size")
    }
    try beginData(size)
    return TarEntry(path: path, kind: kind, size: size)
  }

  private func checkMembers() throws(TarballError) {
    guard members <= limits.members else {
      throw failure(.limit, "more than \(limits.members) members", limit: "members")
    }
  }

  private func beginData(_ size: Int) throws(TarballError) {
    guard size <= limits.inflatedBytes - stream.offset else {
      throw failure(.limit, "a member goes beyond \(limits.inflatedBytes) inflated bytes", limit: "inflatedBytes")
    }
    remaining = size
    padding = -size & (TarHeader.blockBytes - 1)
  }

  /// Reads a header; nil at the end of the archive.
  private func readHeader() throws -> TarHeader? {
    block.removeAll(keepingCapacity: true)
    while block.count < TarHeader.blockBytes {
      guard try stream.fill() else {
        guard block.isEmpty else { throw failure(.truncated, "the archive ends inside a header") }
        guard stream.offset > 0 else { throw failure(.tar, "the archive is empty") }
        return nil
      }
      stream.take(atMost: TarHeader.blockBytes - block.count) { piece in
        block.append(copying: piece)
      }
    }
    if TarHeader.isZero(block.span) { return nil }
    do {
      return try TarHeader(block.span)
    } catch {
      throw failure(.tar, error.cause)
    }
  }

  /// Reads the body of an extended header, counted against ``TarLimits/headerBytes`` before any byte of it is held.
  private func readExtension(_ header: TarHeader, _ headerBytes: inout Int) throws -> [UInt8] {
    guard let size = header.size else { throw failure(.tar, "an extended header has no size") }
    let room = limits.headerBytes - headerBytes - TarHeader.blockBytes
    guard size <= room else {
      throw failure(.limit, "more than \(limits.headerBytes) bytes of headers for one member", limit: "headerBytes")
    }
    try beginData(size)
    headerBytes += TarHeader.blockBytes + size + padding
    var body: [UInt8] = []
    body.reserveCapacity(size)
    try readData { piece in body.append(copying: piece) }
    try skipPadding()
    return body
  }

  private func parse(_ body: [UInt8]) throws(TarballError) -> PaxRecords {
    do {
      return try PaxRecords(body.span)
    } catch {
      throw failure(.tar, error.cause)
    }
  }

  private func skipPadding() throws {
    while padding > 0 {
      try requireBytes("the padding of a member")
      padding -= stream.take(atMost: padding) { $0.count }
    }
  }

  private func requireBytes(_ part: String) throws {
    try latching {
      guard try stream.fill() else { throw failure(.truncated, "the archive ends inside \(part)") }
    }
  }

  private func latching<R>(_ body: () throws -> R) throws -> R {
    if let broken { throw broken }
    do {
      return try body()
    } catch {
      broken = error
      throw error
    }
  }

  private func drain() throws {
    while try stream.fill() { stream.take(atMost: GzipStream.pieceBytes) { _ in } }
    hasEnded = true
  }

  private func failure(_ code: TarballError.Code, _ cause: String, limit: String? = nil) -> TarballError {
    TarballError(code, "read the tar archive", cause, offset: stream.offset, limit: limit)
  }
}

extension [UInt8] {
  /// Appends a copy of the bytes.
  fileprivate mutating func append(copying bytes: Span<UInt8>) {
    // Safety: the pointer is used inside the closure only.
    unsafe bytes.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
  }
}
