import Fetch
import WheelModel

/// One page of a listing, read and taken apart.
struct ListingPage {
  var rows: [ListingRow]
  var headers: ListingWalk.PageHeaders
  var validators: Validators
}

/// Asks for the pages of one project's releases.
struct ListingReader {
  private let requester: Requester
  private let context: RunContext
  private let base: String

  init(_ requester: Requester, project: String, context: RunContext) {
    self.requester = requester
    self.context = context
    base = context.options.gitlabURL + "/api/v4/projects/" + Self.encode(project) + "/releases"
  }

  /// The URL of a page.
  func url(_ page: Int) -> String {
    base + "?order_by=created_at&sort=asc&per_page=\(ListingWalk.rowsPerPage)&page=\(page)"
  }

  /// What was asked for, or the word that it is as it was, with the numbers that came along.
  enum Answer {
    case page(ListingPage)
    case notModified(ListingWalk.PageHeaders)
  }

  /// Reads a page, or hears that it is as `validators` tell.
  ///
  /// Throws `RequestFailure`; a page that is no listing is `E_LISTING`.
  func read(_ page: Int, validators: Validators) throws -> Answer {
    let limits = context.options.limits.listing
    do {
      let answer = try requester.get(url(page), validators: validators, bodyLimit: limits.pageBytes) { response in
        var parser = ListingParser(limits: limits)
        var rows: [ListingRow] = []
        var piece: [UInt8] = []
        while try response.read(into: &piece) > 0 {
          context.meter.download(piece.count)
          rows += try parser.feed(piece.span)
        }
        try parser.finish()
        return ListingPage(
          rows: rows, headers: Self.pageHeaders(response.headers), validators: Validators(response.headers))
      }
      switch answer {
      case .value(let page): return .page(page)
      case .notModified(let headers): return .notModified(Self.pageHeaders(headers))
      }
    } catch let error as ListingError {
      throw RequestFailure.failed(
        AssetFailureReason(code: .listing, message: SafeText.escape(error.description), isPermanent: false))
    }
  }

  /// Reads a page unconditionally.
  func read(_ page: Int) throws -> ListingPage {
    guard case .page(let read) = try read(page, validators: Validators()) else {
      throw RequestFailure.failed(
        AssetFailureReason(code: .listing, message: "304 to a request without conditions", isPermanent: false))
    }
    return read
  }

  private static func pageHeaders(_ headers: HTTPHeaders) -> ListingWalk.PageHeaders {
    let next = headers["X-Next-Page"].map { text in text.isEmpty ? nil : Int(text) ?? 0 }
    let total = headers["X-Total"].flatMap(Int.init).flatMap { $0 >= 0 ? $0 : nil }
    let hasNextLink = headers.values("Link").contains { $0.contains("rel=\"next\"") }
    return ListingWalk.PageHeaders(nextPage: next, total: total, hasNextLink: hasNextLink)
  }

  /// Writes a project's path as one part of a URL's path. RFC 3986, 2.3.
  static func encode(_ project: String) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    var result: [UInt8] = []
    for byte in project.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "~"):
        result.append(byte)
      default: result += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: result, as: UTF8.self)
  }
}
