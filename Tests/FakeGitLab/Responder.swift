import Glibc
import Threads

/// Decides what to answer; sends nothing itself.
final class Responder: Sendable {
  let tree: Tree
  let faults: FaultTable
  let origins: Tree.Origins
  let options: FakeGitLab.Options
  let statistics: Lock<Statistics>
  /// What the object storage's addresses are signed with.
  let signingSeed: UInt64 = 0x9e37_79b9_7f4a_7c15

  init(options: FakeGitLab.Options, origins: Tree.Origins, statistics: Lock<Statistics>) {
    tree = Tree(root: options.tree, origins: origins)
    faults = FaultTable()
    self.options = options
    self.origins = origins
    self.statistics = statistics
  }

  /// Answers a request, with every fault that matches it.
  func respond(_ request: Request, origin: Fault.Origin) -> Response {
    if request.path.hasPrefix("/_fake/") { return control(request) }
    let actions = faults.actions(target: request.target, origin: origin)
    var delay = options.latencyMilliseconds
    for case .delay(let milliseconds) in actions { delay += milliseconds }
    var response = instead(actions, request) ?? usual(request, origin: origin, actions)
    response.delivery.delayMilliseconds = delay
    for action in actions { Self.spoil(&response, action) }
    return response
  }

  private func usual(_ request: Request, origin: Fault.Origin, _ actions: [Fault.Action]) -> Response {
    guard request.method == "GET" || request.method == "HEAD" else { return .message(405, "405 Method Not Allowed") }
    do {
      return origin == .api ? try api(request, actions) : storage(request)
    } catch {
      return .message(500, "500 Internal Server Error: \(error)")
    }
  }

  /// Returns the answer of an action that replaces the usual one.
  private func instead(_ actions: [Fault.Action], _ request: Request) -> Response? {
    for action in actions {
      switch action {
      case .status(let status, let headers, let body): return Response(status, headers, body: .bytes(Array(body.utf8)))
      case .html:
        return .text(200, "<!DOCTYPE html>\n<html><body><h1>Sign in</h1></body></html>\n", type: "text/html")
      case .redirect(let to, let status):
        let location = Self.expand(
          to, ["{api}": origins.api, "{storage}": origins.storage, "{target}": request.target])
        return Response(status, [Header("Location", location)])
      case .hops(let count):
        let done = request.parameter("_hop").flatMap { Int($0) } ?? 0
        guard done < count else { continue }
        let base = request.target.split(separator: "_hop=", maxSplits: 1).first.map(String.init) ?? request.target
        let joined = done > 0 ? base : base + (base.contains("?") ? "&" : "?")
        return Response(302, [Header("Location", "\(joined)_hop=\(done + 1)")])
      case .reset:
        var response = Response(0)
        response.delivery.raw = []
        response.delivery.cut = (0, .reset)
        return response
      case .silence:
        var response = Response(0)
        response.delivery.raw = []
        response.delivery.cut = (0, .stall)
        return response
      case .raw(let bytes):
        var response = Response(0)
        response.delivery.raw = bytes
        return response
      default: continue
      }
    }
    return nil
  }

  /// Applies an action that changes how a response looks or travels.
  private static func spoil(_ response: inout Response, _ action: Fault.Action) {
    switch action {
    case .cut(let after, let framing, let how):
      response.delivery.framing = framing
      response.delivery.cut = (after, how)
    case .slow(let rate): response.delivery.bytesPerSecond = max(rate, 1)
    case .claimLength(let text): response.delivery.claimedLength = text
    case .framing(let framing, let chunk):
      response.delivery.framing = framing
      response.delivery.chunkBytes = max(chunk, 1)
    case .endless(let what): response.delivery.endless = what
    case .flip(let at): response.delivery.flippedByte = at
    case .headers(let headers):
      for header in headers {
        response.headers.removeAll { $0.name.lowercased() == header.name.lowercased() }
        if !header.value.isEmpty { response.headers.append(header) }
      }
    case .totals(let total):
      response.headers.removeAll { $0.name == "X-Total" || $0.name == "X-Total-Pages" }
      if let total, let perPage = response.headers.first(where: { $0.name == "X-Per-Page" }).flatMap({ Int($0.value) })
      {
        response.headers.append(Header("X-Total", "\(total)"))
        response.headers.append(Header("X-Total-Pages", "\((total + perPage - 1) / perPage)"))
      }
    case .nextPage(let text):
      response.headers.removeAll { $0.name == "X-Next-Page" }
      response.headers.append(Header("X-Next-Page", text))
    default: break
    }
  }

  /// Replaces names in braces by their values.
  private static func expand(_ text: String, _ values: [String: String]) -> String {
    var (result, rest) = ("", text[...])
    while let open = rest.firstIndex(of: "{") {
      result += rest[..<open]
      let close = rest[open...].firstIndex(of: "}").map { rest.index(after: $0) } ?? rest.endIndex
      result += values[String(rest[open..<close])] ?? String(rest[open..<close])
      rest = rest[close...]
    }
    return result + rest
  }

  /// Answers what steers and shows the server itself.
  private func control(_ request: Request) -> Response {
    switch (request.method, request.path) {
    case ("GET", "/_fake/stats"):
      let logged = request.parameter("log").flatMap { Int($0) } ?? 0
      return .json(200, statistics.withLock { $0 }.json(logged: max(logged, 0)))
    case ("POST", "/_fake/reset"):
      statistics.withLock { $0 = Statistics() }
      return .json(200, "{}\n")
    case ("POST", "/_fake/faults"):
      do {
        let parsed = try Fault.parse(request.body)
        faults.add(parsed)
        return .json(200, "{\"added\":\(parsed.count)}\n")
      } catch {
        return .json(400, "{\"message\":\(JSONValue.quote(error.description))}\n")
      }
    case ("DELETE", "/_fake/faults"):
      faults.removeAll()
      return .json(200, "{}\n")
    default: return .message(404, "404 Not Found")
    }
  }
}
