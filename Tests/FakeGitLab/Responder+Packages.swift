import Glibc

extension Responder {
  /// How long a signed address is good, in seconds.
  static let signatureLife = 600

  /// Answers the request for a package file at the API origin.
  func package(_ request: Request, _ project: Project) throws(FakeGitLabError) -> Response {
    // Links name a project by its number; a request may as well use its path.
    let rest = PercentCoding.decode(request.path.dropFirst("/api/v4/projects/".utf8.count).drop { $0 != "/" })
    guard let file = try tree.listing(project).files["/api/v4/projects/\(project.id)\(rest)"] else {
      return .message(404, "404 Package Not Found")
    }
    if options.sendsDirectly { return self.file(file, request) }
    let expires = time(nil) + Self.signatureLife
    let path = "/store/" + PercentCoding.encodePath(file)
    let location = "\(origins.storage)\(path)?X-Amz-Expires=\(expires)&X-Amz-Signature=\(signature(path, expires))"
    return Response(302, [Header("Location", location), Header("Content-Type", "text/html")])
  }

  /// Answers a request to the object storage: signed addresses, and `/external/`, which needs no signature.
  func storage(_ request: Request) -> Response {
    let path = request.path
    if path.hasPrefix("/store/") {
      guard let expires = request.parameter("X-Amz-Expires").flatMap({ Int($0) }),
        request.parameter("X-Amz-Signature") == signature(path, expires)
      else { return .text(403, "<Error><Code>SignatureDoesNotMatch</Code></Error>", type: "application/xml") }
      guard expires >= time(nil) else {
        return .text(
          403, "<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>", type: "application/xml"
        )
      }
      return file(PercentCoding.decode(path.dropFirst("/store/".utf8.count)), request)
    }
    if path.hasPrefix("/external/") {
      return file(PercentCoding.decode(path.dropFirst("/external/".utf8.count)), request)
    }
    return .text(404, "<Error><Code>NoSuchKey</Code></Error>", type: "application/xml")
  }

  private func file(_ relative: String, _ request: Request) -> Response {
    guard !relative.split(separator: "/").contains("..") else { return .message(404, "404 Not Found") }
    let (other, generation) = faults.replacement(target: request.target)
    let path = tree.root + "/" + (other ?? relative)
    guard let stamp = FileStamp(path) else {
      return .text(404, "<Error><Code>NoSuchKey</Code></Error>", type: "application/xml")
    }
    let entityTag = stamp.entityTag(generation: generation)
    let date = stamp.httpDate(plus: generation)
    let headers = [
      Header("Content-Type", "application/octet-stream"), Header("ETag", entityTag), Header("Last-Modified", date),
      Header("Accept-Ranges", "none"),
    ]
    let isKnown =
      request.headers["if-none-match"].map { $0 == entityTag } ?? (request.headers["if-modified-since"] == date)
    return isKnown ? Response(304, headers) : Response(200, headers, body: .file(path: path, size: stamp.size))
  }

  private func signature(_ path: String, _ expires: Int) -> String {
    let text = "\(path)?\(expires)"
    let first = Listing.hash(text.utf8, seed: signingSeed)
    return String(first, radix: 16) + String(Listing.hash(text.utf8, seed: ~first), radix: 16)
  }
}
