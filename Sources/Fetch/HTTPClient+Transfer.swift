import CCurl
import Glibc

/// Driving curl from the reading side: nothing moves unless somebody waits for it.
extension HTTPClient {
  /// The longest wait between two looks at ``ClientOptions/shouldStop``, in milliseconds.
  private static let pollMilliseconds: CInt = 100

  /// The most bytes of an unwanted body that are read to keep its connection.
  private static let discardBytes = 64 << 10

  /// The longest time in seconds that is spent on it: a new connection costs less.
  private static let discardSeconds = 1.0

  /// Sets what stays the same for all requests.
  func configure() {
    // Safety: the receiver is a constant of this object and outlives the handle, which deinit ends first. curl copies texts.
    let context = unsafe Unmanaged.passUnretained(receiver).toOpaque()
    unsafe ccurl_set_callbacks(
      easy,
      { bytes, _, count, context in
        guard let bytes = unsafe bytes, let context = unsafe context else { return 0 }
        let receiver = unsafe Unmanaged<Receiver>.fromOpaque(context).takeUnretainedValue()
        return unsafe bytes.withMemoryRebound(to: UInt8.self, capacity: count) { bytes in
          unsafe receiver.receiveBody(UnsafeBufferPointer(start: bytes, count: count)) ?? Int(CURL_WRITEFUNC_PAUSE)
        }
      },
      { bytes, _, count, context in
        guard let bytes = unsafe bytes, let context = unsafe context else { return 0 }
        let receiver = unsafe Unmanaged<Receiver>.fromOpaque(context).takeUnretainedValue()
        return unsafe bytes.withMemoryRebound(to: UInt8.self, capacity: count) { bytes in
          unsafe receiver.receiveHeader(UnsafeBufferPointer(start: bytes, count: count)) ? count : 0
        }
      },
      { context, _, address in
        guard let context = unsafe context, let address = unsafe address else { return -1 }
        let receiver = unsafe Unmanaged<Receiver>.fromOpaque(context).takeUnretainedValue()
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = unsafe Int(ccurl_address(address, &bytes))
        let isAllowed = receiver.mayConnect(to: count == 0 ? nil : NetworkAddress(bytes: Array(bytes.prefix(count))))
        return isAllowed ? unsafe ccurl_open_socket(address) : -1
      }, context)
    let switches: [(CURLoption, Int)] = [
      (CURLOPT_NOSIGNAL, 1), (CURLOPT_FOLLOWLOCATION, 0), (CURLOPT_DISALLOW_USERNAME_IN_URL, 1),
      (CURLOPT_NETRC, Int(CURL_NETRC_IGNORED.rawValue)), (CURLOPT_SSL_VERIFYPEER, 1), (CURLOPT_SSL_VERIFYHOST, 2),
      (CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2)), (CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS)),
      (CURLOPT_SUPPRESS_CONNECT_HEADERS, 1), (CURLOPT_TCP_KEEPALIVE, 1), (CURLOPT_BUFFERSIZE, 64 << 10),
      // A name look-up that hangs must not hold up the end of a request.
      (CURLOPT_QUICK_EXIT, 1),
      // curl's own connect time-out is the second belt of TransferClock's.
      (CURLOPT_CONNECTTIMEOUT_MS, Self.milliseconds(options.times.connect)),
    ]
    for (option, value) in switches { unsafe ccurl_set_long(easy, option, value) }
    unsafe ccurl_set_string(easy, CURLOPT_PROTOCOLS_STR, "http,https")
    unsafe ccurl_set_string(easy, CURLOPT_USERAGENT, options.userAgent)
    if let caFile = options.caFile {
      unsafe ccurl_set_string(easy, CURLOPT_CAINFO, caFile)
      unsafe ccurl_set_string(easy, CURLOPT_CAPATH, nil)
    }
    unsafe ccurl_set_error_buffer(easy, errorText)
    unsafe ccurl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, 8)
  }

  private static func milliseconds(_ seconds: Double) -> Int {
    Int(exactly: (min(max(seconds, 0.001), 1e6) * 1000).rounded(.up)) ?? 1
  }

  /// Starts the configured request.
  func attach() throws(FetchError) {
    outcome = nil
    unsafe errorText.pointee = 0
    clock.enter(.connecting)
    guard unsafe curl_multi_add_handle(multi, easy) == CURLM_OK else {
      throw FetchError(.library, operation, "libcurl takes no request")
    }
    isAttached = true
  }

  /// Ends the transfer, if there is one: its connection is closed unless the answer was complete.
  func detach() {
    guard isAttached else { return }
    var opened = 0
    unsafe ccurl_get_long(easy, CURLINFO_NUM_CONNECTS, &opened)
    connectionsOpened += opened
    unsafe curl_multi_remove_handle(multi, easy)
    isAttached = false
    if outcome == nil { outcome = .failure(FetchError(.cancelled, operation, "the answer was given up")) }
  }

  /// Waits until the headers of an answer are complete.
  func receiveHeaders() throws(FetchError) {
    while !receiver.hasHeaders {
      if let outcome {
        try outcome.get()
        throw FetchError(.cut, operation, "the connection ended inside the headers")
      }
      try step()
    }
    clock.enter(.readingBody)
  }

  /// Reads for the response with that number; see ``Response/read(into:)``.
  func read(_ number: Int, into buffer: inout [UInt8]) throws(FetchError) -> Int {
    guard number == self.number else {
      buffer.removeAll(keepingCapacity: true)
      throw FetchError(.cancelled, "read an answer", "its client has begun another request")
    }
    while !receiver.hasBytes {
      if let outcome {
        buffer.removeAll(keepingCapacity: true)
        try outcome.get()
        return 0
      }
      try step()
    }
    receiver.hand(over: &buffer)
    return buffer.count
  }

  /// Ends the response with that number.
  func end(_ number: Int) {
    guard number == self.number, isAttached else { return }
    if outcome == nil { receiver.dropBytes() }
    detach()
  }

  /// Reads a small rest of the body, then ends the response with that number.
  func discard(_ number: Int) {
    guard number == self.number, isAttached else { return }
    receiver.use = .discard
    let most = receiver.bodyBytes + Self.discardBytes
    let end = Self.now() + Self.discardSeconds
    while outcome == nil, receiver.bodyBytes <= most, Self.now() < end, (try? step()) != nil {}
    detach()
  }

  /// Lets curl work, and waits a moment if nothing came of it. Throws limits and interruption, having ended the transfer.
  private func step() throws(FetchError) {
    if options.shouldStop() { try end(with: FetchError(.interrupted, operation, "it was interrupted")) }
    let before = Self.now()
    let bytesBefore = receiver.bodyBytes
    let hadHeaders = receiver.hasHeaders
    if receiver.isPaused {
      receiver.resume()
      // This may call back at once with what curl held, and pause again.
      unsafe curl_easy_pause(easy, CURLPAUSE_CONT)
    }
    var running: CInt = 0
    var status = unsafe curl_multi_perform(multi, &running)
    if running == 0 { collect() }
    let isIdle = outcome == nil && receiver.bodyBytes == bytesBefore && receiver.hasHeaders == hadHeaders
    if isIdle, status == CURLM_OK { status = unsafe curl_multi_poll(multi, nil, 0, Self.pollMilliseconds, nil) }
    guard status == CURLM_OK else {
      let cause = unsafe String(cString: curl_multi_strerror(status))
      return try end(with: FetchError(.library, operation, cause))
    }
    if !receiver.hasHeaders { noteRequestSent() }
    let limit = clock.add(seconds: Self.now() - before, bytes: receiver.bodyBytes - bytesBefore)
    if let limit, outcome == nil { try end(with: FetchError(.timeout, operation, limit)) }
  }

  /// Moves the clock on once the request is on its way.
  private func noteRequestSent() {
    var bytes = 0
    unsafe ccurl_get_long(easy, CURLINFO_REQUEST_SIZE, &bytes)
    if bytes > 0 { clock.enter(.awaitingHeaders) }
  }

  private func end(with error: FetchError) throws(FetchError) {
    outcome = .failure(error)
    detach()
    throw error
  }

  /// Takes the result of a transfer that has ended.
  private func collect() {
    var left: CInt = 0
    while let message = unsafe curl_multi_info_read(multi, &left) {
      guard unsafe message.pointee.msg == CURLMSG_DONE else { continue }
      let result = unsafe ccurl_message_result(message)
      if result == CURLE_OK {
        outcome = .success(())
      } else if let failure = receiver.failure {
        outcome = .failure(failure)
      } else if let refusal = receiver.addressRefusal, result == CURLE_COULDNT_CONNECT {
        outcome = .failure(refusal)
      } else {
        let text = unsafe String(cString: errorText)
        outcome = .failure(FetchError(result, operation, text: text, inHeaders: !receiver.hasHeaders))
      }
    }
  }

  private static func now() -> Double {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}
