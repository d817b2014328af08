import CCurl

extension FetchError {
  /// Translates what a transfer ended with. `text` is curl's own explanation.
  init(_ result: CURLcode, _ operation: String, text: String, inHeaders: Bool) {
    let cause = Self.printable(text.isEmpty ? unsafe String(cString: curl_easy_strerror(result)) : text)
    switch result {
    case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY:
      self.init(.dns, operation, cause)
    case CURLE_COULDNT_CONNECT, CURLE_PROXY, CURLE_INTERFACE_FAILED:
      self.init(.connect, operation, cause)
    case CURLE_OPERATION_TIMEDOUT:
      self.init(.timeout, operation, cause)
    case CURLE_SSL_CONNECT_ERROR:
      // A connection that is reset during the handshake looks the same as a refused one.
      self.init(.tls, operation, cause, isTransient: true)
    case CURLE_PEER_FAILED_VERIFICATION:
      self.init(
        .tls, operation, cause, hint: "give the certificate of the server's authority, or have the server's renewed")
    case CURLE_SSL_CACERT_BADFILE:
      self.init(.tls, operation, cause, hint: "the file of certificate authorities is missing or not PEM")
    case CURLE_SSL_ENGINE_NOTFOUND, CURLE_SSL_ENGINE_SETFAILED, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
      CURLE_SSL_ISSUER_ERROR, CURLE_SSL_PINNEDPUBKEYNOTMATCH, CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_CLIENTCERT:
      self.init(.tls, operation, cause)
    case CURLE_PARTIAL_FILE, CURLE_GOT_NOTHING, CURLE_SEND_ERROR, CURLE_RECV_ERROR:
      self.init(.cut, operation, cause)
    case CURLE_HTTP2, CURLE_HTTP2_STREAM:
      self.init(.protocolViolation, operation, cause, isTransient: true)
    case CURLE_OUT_OF_MEMORY where inHeaders:
      self.init(.headerTooLarge, operation, "one header line is longer than 100 kB")
    case CURLE_OUT_OF_MEMORY, CURLE_FAILED_INIT:
      self.init(.library, operation, cause)
    case CURLE_URL_MALFORMAT:
      self.init(.urlRefused, operation, cause)
    default:
      self.init(.protocolViolation, operation, cause)
    }
  }

  /// Cuts a text to 200 bytes of printable ASCII: curl may quote a server.
  static func printable(_ text: String) -> String {
    String(decoding: text.utf8.prefix(200).map { (0x20...0x7e).contains($0) ? $0 : UInt8(ascii: "?") }, as: UTF8.self)
  }
}
