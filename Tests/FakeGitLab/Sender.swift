import Glibc

/// Sends one response over one connection, as whole or as broken as its delivery says.
struct Sender {
  let socket: Socket

  /// What became of a response.
  struct Outcome {
    let bytes: Int
    let keepsConnection: Bool
  }

  /// Sends a response. `hasBody` is false for HEAD; the connection ends after it when `closes` or the framing says so.
  func send(_ response: Response, hasBody: Bool, closes: Bool) -> Outcome {
    let delivery = response.delivery
    if delivery.delayMilliseconds > 0 { usleep(UInt32(clamping: delivery.delayMilliseconds * 1000)) }
    if let raw = delivery.raw {
      _ = socket.send(raw[...])
      if let cut = delivery.cut { breakOff(cut.how) }
      return Outcome(bytes: raw.count, keepsConnection: false)
    }
    let bodiless = !hasBody || response.status == 304 || response.status == 204
    let isOpen = delivery.framing == .close || delivery.endless == .body
    let closes = closes || isOpen
    var length: String? = "\(response.body.count)"
    if delivery.framing == .chunked || isOpen || response.status == 304 { length = nil }
    let head = response.head(
      length: delivery.claimedLength ?? length, chunked: delivery.framing == .chunked && !bodiless, close: closes)
    if let endless = delivery.endless, endless != .body { return sendEndlessHead(head, endless) }
    if bodiless || (response.body.count == 0 && delivery.isPlain) {
      return Outcome(bytes: 0, keepsConnection: socket.send(head[...]) && !closes)
    }
    let sent = delivery.isPlain ? sendPlain(head, response.body) : sendSpoiled(head, response)
    return Outcome(bytes: sent.bytes, keepsConnection: sent.isWhole && !closes && delivery.claimedLength == nil)
  }

  private func sendPlain(_ head: [UInt8], _ body: Response.Body) -> (bytes: Int, isWhole: Bool) {
    switch body {
    case .bytes(let bytes):
      let isWhole =
        bytes.count < 1 << 16
        ? socket.send((head + bytes)[...]) : socket.send(head[...], more: true) && socket.send(bytes[...])
      return (isWhole ? bytes.count : 0, isWhole)
    case .file(let path, let size):
      let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
      guard file >= 0 else { return (0, false) }
      defer { close(file) }
      let isWhole = socket.send(head[...], more: true) && socket.sendFile(file, from: 0, count: size)
      return (isWhole ? size : 0, isWhole)
    }
  }

  /// Sends piece by piece: slowly, in chunks, with a flipped byte, up to a cut, or without end.
  private func sendSpoiled(_ head: [UInt8], _ response: Response) -> (bytes: Int, isWhole: Bool) {
    let delivery = response.delivery
    let body: [UInt8]
    switch response.body {
    case .bytes(let bytes): body = bytes
    case .file(let path, _): body = FileStamp.content(path) ?? []
    }
    guard sendPaced(head[...], delivery.bytesPerSecond) else { return (0, false) }
    var sent = 0
    let end = min(delivery.cut?.after ?? body.count, body.count)
    while sent < end {
      let upTo = min(sent + delivery.chunkBytes, end)
      var piece = Array(body[sent..<upTo])
      if let at = delivery.flippedByte, at >= sent, at < upTo { piece[at - sent] = ~piece[at - sent] }
      if delivery.framing == .chunked {
        piece = Array("\(String(piece.count, radix: 16))\r\n".utf8) + piece + Array("\r\n".utf8)
      }
      guard sendPaced(piece[...], delivery.bytesPerSecond) else { return (sent, false) }
      sent = upTo
    }
    if let cut = delivery.cut {
      breakOff(cut.how)
      return (sent, false)
    }
    if delivery.endless == .body {
      let filler = body.isEmpty ? [UInt8](repeating: 0, count: 1 << 14) : body
      while socket.send(filler[...]) { sent += filler.count }
      return (sent, false)
    }
    if delivery.framing == .chunked { return (sent, socket.send(Array("0\r\n\r\n".utf8)[...])) }
    return (sent, true)
  }

  private func sendPaced(_ bytes: ArraySlice<UInt8>, _ rate: Int?) -> Bool {
    guard let rate else { return socket.send(bytes) }
    // Twenty pieces a second, or one byte at a time when that is too many.
    let step = max(rate / 20, 1)
    var at = bytes.startIndex
    while at < bytes.endIndex {
      let upTo = min(at + step, bytes.endIndex)
      guard socket.send(bytes[at..<upTo]) else { return false }
      usleep(UInt32(clamping: (upTo - at) * 1_000_000 / rate))
      at = upTo
    }
    return true
  }

  private func sendEndlessHead(_ head: [UInt8], _ what: Fault.Endless) -> Outcome {
    guard socket.send(head.dropLast(2)) else { return Outcome(bytes: 0, keepsConnection: false) }
    if what == .header { _ = socket.send(Array("X-Endless: ".utf8)[...]) }
    let line = what == .headers ? Array("X-Endless: for ever and ever\r\n".utf8) : [UInt8](repeating: 97, count: 64)
    let piece = Array(repeatElement(line, count: 128).joined())
    while socket.send(piece[...]) {}
    return Outcome(bytes: 0, keepsConnection: false)
  }

  private func breakOff(_ how: Fault.Break) {
    switch how {
    case .close: break
    case .reset: socket.resetOnClose()
    case .stall: socket.waitForHangUp(milliseconds: -1)
    }
  }
}
