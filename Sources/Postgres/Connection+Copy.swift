import CPQ
import Glibc

extension Connection {
  /// Starts `COPY … FROM STDIN`; then `sendCopy` until `endCopy` or `abandonCopy`. Counterpart: `PGRES_COPY_IN`.
  public func beginCopy(_ sql: String, operation: String) throws(PostgresError) {
    guard unsafe PQsendQuery(handle, sql) == 1 else { throw lost(operation) }
    try flush(operation)
    guard let answer = try nextResult(operation) else { throw lost(operation) }
    guard answer.status == PGRES_COPY_IN else {
      let error = failure(answer, operation)
      while try nextResult(operation) != nil {}
      throw error
    }
    copyBuffer.removeAll(keepingCapacity: true)
    copyBuffer.reserveCapacity(Self.copyPieceBytes)
  }

  /// Adds COPY data, which is sent in messages of at most 64 KiB. Waits while the server is slower. Counterpart: `PQputCopyData`.
  public func sendCopy(_ bytes: Span<UInt8>, operation: String) throws(PostgresError) {
    var at = 0
    while at < bytes.count {
      if copyBuffer.isEmpty, bytes.count - at >= Self.copyPieceBytes {
        // Long values go on from where they lie.
        try putCopy(bytes.extracting(at..<at + Self.copyPieceBytes), operation)
        at += Self.copyPieceBytes
        continue
      }
      let count = min(bytes.count - at, Self.copyPieceBytes - copyBuffer.count)
      // Safety: the pointer is used inside the closure only, for as many bytes as the piece has.
      unsafe bytes.extracting(at..<at + count).withUnsafeBufferPointer { unsafe copyBuffer.append(contentsOf: $0) }
      at += count
      if copyBuffer.count == Self.copyPieceBytes { try putCopyBuffer(operation) }
    }
  }

  /// Ends COPY and returns the number of rows the server took. Counterpart: `PQputCopyEnd`.
  public func endCopy(operation: String) throws(PostgresError) -> Int {
    try putCopyBuffer(operation)
    while true {
      let status = unsafe PQputCopyEnd(handle, nil)
      if status == 1 { break }
      guard status == 0 else { throw lost(operation) }
      try wait(for: POLLOUT, operation: operation)
    }
    try flush(operation)
    return try copyAnswer(operation).affectedRows
  }

  /// Ends COPY so that the server keeps nothing of it; the transaction around it has failed afterwards.
  public func abandonCopy(operation: String) throws(PostgresError) {
    copyBuffer.removeAll(keepingCapacity: true)
    while true {
      let status = unsafe PQputCopyEnd(handle, "abandoned by the client")
      if status == 1 { break }
      guard status == 0 else { throw lost(operation) }
      try wait(for: POLLOUT, operation: operation)
    }
    try flush(operation)
    while try nextResult(operation) != nil {}
  }

  private func putCopyBuffer(_ operation: String) throws(PostgresError) {
    guard !copyBuffer.isEmpty else { return }
    var sent: [UInt8] = []
    swap(&sent, &copyBuffer)
    defer {
      sent.removeAll(keepingCapacity: true)
      swap(&sent, &copyBuffer)
    }
    try putCopy(sent.span, operation)
  }

  private func putCopy(_ bytes: Span<UInt8>, _ operation: String) throws(PostgresError) {
    while true {
      // Safety: libpq copies the bytes before it returns.
      let status = unsafe bytes.withUnsafeBytes { buffer in
        unsafe PQputCopyData(handle, buffer.baseAddress!.assumingMemoryBound(to: CChar.self), CInt(buffer.count))
      }
      if status == 1 { break }
      guard status == 0 else { throw copyFailure(operation) }
      try wait(for: POLLOUT, operation: operation)
    }
    try flush(operation)
  }

  /// The error of a COPY that the server has ended early, with the server's own words when it sent some.
  private func copyFailure(_ operation: String) -> PostgresError {
    do throws(PostgresError) { _ = try copyAnswer(operation) } catch { return error }
    return lost(operation)
  }

  private func copyAnswer(_ operation: String) throws(PostgresError) -> QueryResult {
    var answer: QueryResult?
    while let result = try nextResult(operation) { if answer == nil { answer = result } }
    guard let answer else { throw lost(operation) }
    return try checked(answer, operation)
  }
}
