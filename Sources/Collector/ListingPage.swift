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

  /// Reads a page; nil when its server says that it is as `validators` tell.
  ///
  /// Throws `RequestFailure`; a page that is no listing is `E_LISTING`.
  func read(_ page: Int, validators: Validators = Validators()) throws -> ListingPage? {
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
        return ListingPage(rows: rows, headers: Self.headers(of: response), validators: Validators(response))
      }
      guard case .value(let page) = answer else { return nil }
      return page
    } catch let error as ListingError {
      throw RequestFailure.failed(
        AssetFailureReason(code: .listing, message: SafeText.escape(error.description), isPermanent: false))
    }
  }

  private static func headers(of response: Response) -> ListingWalk.PageHeaders {
    let next = response.headers["X-Next-Page"].map { text in text.isEmpty ? nil : Int(text) ?? 0 }
    let total = response.headers["X-Total"].flatMap(Int.init).flatMap { $0 >= 0 ? $0 : nil }
    let hasNextLink = response.headers.values("Link").contains { $0.contains("rel=\"next\"") }
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
