import CCurl

/// A URL as curl itself will understand it: taken apart by curl's own parser, so that no two parsers can disagree.
struct RequestURL: Hashable {
  /// The whole URL in normal form, without fragment; may hold secrets in its query.
  let text: String

  /// Scheme, host and port.
  let origin: Origin

  /// The URL without its query: for people.
  let redacted: String

  /// Reads an absolute URL, or one relative to `base` as in a Location header.
  ///
  /// Refuses every scheme but http and https, a user part, and control characters.
  init(_ text: String, relativeTo base: RequestURL? = nil) throws(FetchError) {
    // Safety: the handle and every text it hands out belong to this call alone and are freed before it returns.
    guard let handle = unsafe curl_url() else { throw FetchError(.library, "read a URL", "no memory") }
    defer { unsafe curl_url_cleanup(handle) }
    if let base { unsafe curl_url_set(handle, CURLUPART_URL, base.text, 0) }
    guard text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7f }) else {
      throw FetchError(.urlRefused, "read a URL", "it has a space or a control character")
    }
    let flags = CUnsignedInt(CURLU_URLENCODE | CURLU_DISALLOW_USER | CURLU_NON_SUPPORT_SCHEME)
    let status = unsafe curl_url_set(handle, CURLUPART_URL, text, flags)
    if status == CURLUE_USER_NOT_ALLOWED {
      throw FetchError(.urlRefused, "read a URL", "it has a user or password in it")
    }
    guard status == CURLUE_OK else { throw FetchError(.urlRefused, "read a URL", "it is not a URL") }
    unsafe curl_url_set(handle, CURLUPART_FRAGMENT, nil, 0)

    func part(_ what: CURLUPart, _ flags: Int32 = 0) -> String? {
      var value: UnsafeMutablePointer<CChar>?
      guard unsafe curl_url_get(handle, what, &value, CUnsignedInt(flags)) == CURLUE_OK, let value = unsafe value else {
        return nil
      }
      defer { unsafe curl_free(value) }
      return unsafe String(cString: value)
    }
    guard let scheme = part(CURLUPART_SCHEME)?.lowercased(), scheme == "http" || scheme == "https" else {
      throw FetchError(.urlRefused, "read a URL", "its scheme is neither http nor https")
    }
    guard let host = part(CURLUPART_HOST), !host.isEmpty, let whole = part(CURLUPART_URL),
      let port = part(CURLUPART_PORT, CURLU_DEFAULT_PORT).flatMap(UInt16.init)
    else { throw FetchError(.urlRefused, "read a URL", "it has no host") }
    origin = Origin(scheme: scheme, host: host, port: port)
    self.text = whole
    unsafe curl_url_set(handle, CURLUPART_QUERY, nil, 0)
    redacted = part(CURLUPART_URL) ?? origin.description
  }
}
