extension Responder {
  /// What a request may do with a project.
  private enum Access {
    case full, guest
    case refused(Response)
  }

  /// Answers a request to GitLab's own origin.
  func api(_ request: Request, _ actions: [Fault.Action]) throws(FakeGitLabError) -> Response {
    let parts = request.path.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count >= 6, parts[1] == "api", parts[2] == "v4", parts[3] == "projects",
      let project = try tree.project(PercentCoding.decode(parts[4]))
    else {
      if parts.count > 3, parts[1] == "api" { return .message(404, "404 Project Not Found") }
      return .text(404, "<!DOCTYPE html><html><body>404: Page Not Found</body></html>\n", type: "text/html")
    }
    if let target = project.movedTo {
      let rest = request.target.dropFirst("/api/v4/projects/".utf8.count).drop { $0 != "/" }
      return Response(301, [Header("Location", "\(origins.api)/api/v4/projects/\(target)\(rest)")])
    }
    switch try access(request, project) {
    case .refused(let response): return response
    case .guest where parts[5...] == ["releases"]: return try releases(request, project, actions, asGuest: true)
    case .full where parts[5...] == ["releases"]: return try releases(request, project, actions, asGuest: false)
    case .full where parts.count > 7 && parts[5] == "packages" && parts[6] == "generic":
      return try package(request, project)
    case .guest: return .message(403, "403 Forbidden")
    case .full: return .message(404, "404 Not Found")
    }
  }

  private func access(_ request: Request, _ project: Project) throws(FakeGitLabError) -> Access {
    guard let token = request.token else {
      return project.isPrivate ? .refused(.message(404, "404 Project Not Found")) : .full
    }
    if project.tokens.contains(token) { return .full }
    if project.guestTokens.contains(token) { return .guest }
    let isKnown = try tree.projects().contains { $0.tokens.contains(token) || $0.guestTokens.contains(token) }
    guard isKnown else { return .refused(.message(401, "401 Unauthorized")) }
    return project.isPrivate ? .refused(.message(404, "404 Project Not Found")) : .full
  }

  private func releases(
    _ request: Request, _ project: Project, _ actions: [Fault.Action], asGuest: Bool
  ) throws(FakeGitLabError) -> Response {
    let listing = try tree.listing(project)
    if let malformed = listing.malformed {
      return Response(200, [Header("Content-Type", "application/json")], body: .bytes(malformed))
    }
    let page = request.parameter("page").map { Int($0) } ?? 1
    let perPage = request.parameter("per_page").map { Int($0) } ?? 20
    let orderBy = request.parameter("order_by") ?? "released_at"
    let sort = request.parameter("sort") ?? "desc"
    guard let page, page > 0, let perPage, perPage > 0, ["released_at", "created_at"].contains(orderBy),
      ["asc", "desc"].contains(sort)
    else { return .json(400, "{\"error\":\"page, per_page, order_by or sort does not have a valid value\"}") }
    let order = Listing.Order(byCreation: orderBy == "created_at", isAscending: sort == "asc")
    var indexes = listing.indexes(order)
    for case .shuffleTies in actions where page % 2 == 0 { indexes = listing.turningTies(indexes, order) }
    let hidden = faults.hiddenTags(target: request.target)
    if !hidden.isEmpty { indexes = indexes.filter { !hidden.contains(listing.rows[$0].tag) } }
    let size = min(perPage, 100)
    let start = min((page - 1).multipliedReportingOverflow(by: size).partialValue, indexes.count)
    let shown = indexes[max(start, 0)..<min(max(start, 0) + size, indexes.count)]
    var hash = Listing.hash(asGuest ? [1] : [0])
    for index in shown { hash = (hash ^ listing.rows[index].hash) &* 0x100_0000_01b3 }
    var headers = pageHeaders(request, page: page, size: size, total: indexes.count)
    let entityTag = "W/\"\(String(hash, radix: 16))-\(indexes.count)\""
    headers += [Header("Content-Type", "application/json"), Header("ETag", entityTag)]
    headers.append(Header("Cache-Control", "max-age=0, private, must-revalidate"))
    faults.pageServed(page, target: request.target)
    if request.headers["if-none-match"] == entityTag { return Response(304, headers) }
    var body: [UInt8] = [UInt8(ascii: "[")]
    body.reserveCapacity(shown.reduce(2) { $0 + listing.rows[$1].bytes.count + 1 })
    for index in shown {
      if body.count > 1 { body.append(UInt8(ascii: ",")) }
      body += asGuest ? listing.guestRow(index) : listing.rows[index].bytes
    }
    body.append(UInt8(ascii: "]"))
    return Response(200, headers, body: .bytes(body))
  }

  private func pageHeaders(_ request: Request, page: Int, size: Int, total: Int) -> [Header] {
    let pages = max((total + size - 1) / size, 1)
    var headers = [
      Header("X-Page", "\(page)"), Header("X-Per-Page", "\(size)"),
      Header("X-Next-Page", page < pages ? "\(page + 1)" : ""),
      Header("X-Prev-Page", page > 1 ? "\(min(page - 1, pages))" : ""),
    ]
    let others = request.target.dropFirst(request.path.count + 1).split(separator: "&").filter {
      !$0.hasPrefix("page=") && !$0.hasPrefix("per_page=")
    }
    func link(_ page: Int, _ relation: String) -> String {
      let query = (others + ["page=\(page)", "per_page=\(size)"]).joined(separator: "&")
      return "<\(origins.api)\(request.path)?\(query)>; rel=\"\(relation)\""
    }
    var links: [String] = []
    if page > 1 { links.append(link(page - 1, "prev")) }
    if page < pages { links.append(link(page + 1, "next")) }
    links.append(link(1, "first"))
    // Over 10,000 rows GitLab counts no more.
    if total <= 10_000 {
      links.append(link(pages, "last"))
      headers += [Header("X-Total", "\(total)"), Header("X-Total-Pages", "\(pages)")]
    }
    headers.append(Header("Link", links.joined(separator: ", ")))
    return headers
  }
}
