extension Fault {
  /// Reads faults from a JSON array of objects, or one such object.
  ///
  /// Each has `do` and what that needs, and optionally `path`, `origin` (`api`, `storage`), `skip`, `times`:
  /// `status` (`status`, `retry_after`, `content_type`, `body`) · `delay` (`ms`) · `cut` (`after`, `framing`: length, close, chunked;
  /// `by`: close, reset, stall) · `reset` · `silence` · `slow` (`bytes_per_second`) · `length` (`value`) · `framing` (`framing`, `chunk`) ·
  /// `endless` (`what`: headers, header, body) · `redirect` (`to`, `status`) · `hops` (`count`) · `flip` (`at`) · `headers` (`headers`) ·
  /// `html` · `raw` (`text`) · `reupload` (`file`) · `appear`, `disappear` (`tag`, `after_page`) · `totals` (`value`) · `next_page` (`value`) · `ties` ·
  /// `rate` (`limit`, `seconds`).
  public static func parse(_ json: [UInt8]) throws(FakeGitLabError) -> [Fault] {
    let value = try JSONReader.parse(json)
    var faults: [Fault] = []
    if case .array(let elements) = value {
      for element in elements { faults.append(try Fault(element)) }
    } else {
      faults.append(try Fault(value))
    }
    return faults
  }

  /// Reads faults from a file in that form.
  public static func read(_ path: String) throws(FakeGitLabError) -> [Fault] {
    guard let content = FileStamp.content(path) else { throw FakeGitLabError("\(path) cannot be read") }
    return try parse(content)
  }

  private init(_ value: JSONValue) throws(FakeGitLabError) {
    var origin: Origin?
    if let name = value["origin"]?.text {
      origin = Origin(rawValue: name)
      if origin == nil { throw FakeGitLabError("\(name) is no origin: api or storage") }
    }
    self.init(
      try Self.action(value), path: value["path"]?.text ?? "*", origin: origin, skip: value["skip"]?.integer ?? 0,
      times: value["times"]?.integer)
  }

  private static func action(_ value: JSONValue) throws(FakeGitLabError) -> Action {
    func need<T>(_ name: String, _ read: (JSONValue) -> T?) throws(FakeGitLabError) -> T {
      guard let found = value[name].flatMap(read) else {
        throw FakeGitLabError("\(name) is missing or of a wrong kind")
      }
      return found
    }
    func integer(_ name: String) throws(FakeGitLabError) -> Int { try need(name, \.integer) }
    func text(_ name: String) throws(FakeGitLabError) -> String { try need(name, \.text) }
    let framing = value["framing"]?.text.flatMap(Framing.init) ?? .length
    switch try text("do") {
    case "status":
      var headers: [Header] = []
      if let wait = value["retry_after"] { headers.append(Header("Retry-After", wait.text ?? "\(wait.integer ?? 0)")) }
      headers.append(Header("Content-Type", value["content_type"]?.text ?? "text/plain"))
      return .status(try integer("status"), headers: headers, body: value["body"]?.text ?? "")
    case "delay": return .delay(milliseconds: try integer("ms"))
    case "cut":
      return .cut(after: try integer("after"), framing: framing, by: value["by"]?.text.flatMap(Break.init) ?? .close)
    case "reset": return .reset
    case "silence": return .silence
    case "slow": return .slow(bytesPerSecond: try integer("bytes_per_second"))
    case "length": return .claimLength(try need("value") { $0.text ?? $0.integer.map(String.init) })
    case "framing": return .framing(framing, chunkBytes: value["chunk"]?.integer ?? 1 << 14)
    case "endless": return .endless(try need("what") { $0.text.flatMap(Endless.init) })
    case "redirect": return .redirect(try text("to"), status: value["status"]?.integer ?? 302)
    case "hops": return .hops(try integer("count"))
    case "flip": return .flip(at: try integer("at"))
    case "headers":
      guard case .object(let members)? = value["headers"] else { throw FakeGitLabError("headers are missing") }
      return .headers(members.map { Header($0.key, $0.value.text ?? "") })
    case "html": return .html
    case "raw": return .raw(Array(try text("text").utf8))
    case "reupload": return .reupload(value["file"]?.text)
    case "appear": return .appear(tag: try text("tag"), afterPage: try integer("after_page"))
    case "disappear": return .disappear(tag: try text("tag"), afterPage: try integer("after_page"))
    case "totals": return .totals(value["value"]?.integer)
    case "next_page": return .nextPage(try need("value") { $0.text ?? $0.integer.map(String.init) })
    case "ties": return .shuffleTies
    case "rate": return .rateLimit(try integer("limit"), seconds: try integer("seconds"))
    case let other: throw FakeGitLabError("\(other) is nothing that can be done")
    }
  }
}
