/// One request the server has answered.
public struct RequestRecord: Sendable, Equatable {
  /// The origin it came to.
  public let origin: Fault.Origin
  /// GET, POST, ….
  public let method: String
  /// Path and query, encoded as they came.
  public let target: String
  /// The status answered; 0 when none was.
  public let status: Int
  /// The bytes of the body that were sent.
  public let bytes: Int

  /// The target without its query.
  public var path: String { String(target.prefix { $0 != "?" }) }
}

/// What the server has seen since its start or the last reset.
public struct Statistics: Sendable {
  /// How many of the newest requests are kept one by one.
  public static let logLimit = 100_000

  /// The number of requests, those to `/_fake/` not counted.
  public var requestCount = 0
  /// The bytes of all bodies sent.
  public var byteCount = 0
  /// The number of connections taken.
  public var connectionCount = 0
  /// Requests by status.
  public var statusCounts: [Int: Int] = [:]
  /// Requests of listing pages, of packages at the API origin, and at the object storage.
  public var listingCount = 0, packageCount = 0, storageCount = 0
  /// The tokens that arrived at the API origin, in whichever header.
  public var apiTokens: Set<String> = []
  /// The tokens that arrived at the object storage: there should be none.
  public var storageTokens: Set<String> = []
  /// The newest requests, oldest first, at most `logLimit`.
  public var requests: [RequestRecord] = []

  /// Returns the requests whose target matches a pattern in which `*` stands for any characters.
  public func requests(matching pattern: String) -> [RequestRecord] {
    requests.filter { Pattern.matches($0.target, pattern) }
  }

  mutating func record(_ record: RequestRecord, token: String?) {
    requestCount += 1
    byteCount += record.bytes
    statusCounts[record.status, default: 0] += 1
    switch record.origin {
    case .storage:
      storageCount += 1
      if let token { storageTokens.insert(token) }
    case .api:
      if record.path.hasSuffix("/releases") { listingCount += 1 } else { packageCount += 1 }
      if let token { apiTokens.insert(token) }
    }
    if requests.count >= Self.logLimit { requests.removeFirst(Self.logLimit / 2) }
    requests.append(record)
  }

  /// The JSON form, with the newest `logged` requests.
  func json(logged: Int) -> String {
    let statuses = statusCounts.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\($0.value)" }.joined(separator: ",")
    func list(_ tokens: Set<String>) -> String { tokens.sorted().map(JSONValue.quote).joined(separator: ",") }
    let log = requests.suffix(logged).map { record in
      "{\"origin\":\"\(record.origin.rawValue)\",\"method\":\(JSONValue.quote(record.method)),"
        + "\"target\":\(JSONValue.quote(record.target)),\"status\":\(record.status),\"bytes\":\(record.bytes)}"
    }
    return "{\"requests\":\(requestCount),\"bytes\":\(byteCount),\"connections\":\(connectionCount),"
      + "\"statuses\":{\(statuses)},\"listings\":\(listingCount),\"packages\":\(packageCount),\"storage\":\(storageCount),"
      + "\"tokens\":{\"api\":[\(list(apiTokens))],\"storage\":[\(list(storageTokens))]},"
      + "\"log\":[\(log.joined(separator: ",\n"))]}\n"
  }
}

/// Patterns in which `*` stands for any characters, none included.
enum Pattern {
  static func matches(_ text: String, _ pattern: String) -> Bool {
    let (text, pattern) = (Array(text.utf8), Array(pattern.utf8))
    var (at, p) = (0, 0)
    var (star, retry): (Int?, Int) = (nil, 0)
    while at < text.count {
      if p < pattern.count, pattern[p] == UInt8(ascii: "*") {
        (star, retry) = (p, at)
        p += 1
      } else if p < pattern.count, pattern[p] == text[at] {
        at += 1
        p += 1
      } else if let last = star {
        retry += 1
        (at, p) = (retry, last + 1)
      } else {
        return false
      }
    }
    return pattern[p...].allSatisfy { $0 == UInt8(ascii: "*") }
  }
}
