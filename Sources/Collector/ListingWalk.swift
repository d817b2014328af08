import WheelModel

/// One walk over the pages of a release listing: decides which page comes next and whether the walk saw everything.
///
/// Rows move between pages while a listing changes, and rows of equal dates may repeat or be skipped. So rows are keyed by
/// tag, no page number is ever kept, and the number of distinct tags is compared with what the server counts.
struct ListingWalk {
  /// The rows that one page is asked to have.
  static let rowsPerPage = 100

  /// What the headers of a page say.
  struct PageHeaders: Equatable {
    /// `X-Next-Page`: nil when there is no such header, `.some(nil)` when it is empty: the last page.
    var nextPage: Int??
    /// `X-Total`; absent above 10,000 rows.
    var total: Int?
    /// Whether `Link` names a next page.
    var hasNextLink = false
  }

  /// What comes after a page.
  enum Step: Equatable {
    /// Ask for the page of this number.
    case page(Int)
    /// The walk is over.
    case end(Verdict)
  }

  /// What a walk that reached its end is worth.
  enum Verdict: Equatable {
    /// Every page agreed on the number of releases, and that many were seen.
    case complete
    /// The server counts nothing: only a second walk can tell.
    case uncounted
    /// The listing changed on the way, or does not fit its own numbers.
    case unstable
    /// Rows without a tag: the token may not read the project's code.
    case hidden
  }

  /// Digests of the tags seen: a listing of any length costs some 30 bytes a release.
  private(set) var tags: Set<TagDigest> = []
  private(set) var hiddenRows = 0
  /// What the server counted on the last page.
  private(set) var total: Int?

  private let pageLimit: Int
  private var page = 1
  private var pageRows = 0
  private var pageNews = 0
  private var totalsAgree = true
  private var hasTotals = false

  init(pageLimit: Int) { self.pageLimit = pageLimit }

  /// Takes a row of the page under way. Returns whether its tag is new to this walk.
  mutating func see(_ tag: Text?) -> Bool {
    pageRows += 1
    guard let tag else {
      hiddenRows += 1
      return false
    }
    let isNew = tags.insert(TagDigest(tag)).inserted
    if isNew { pageNews += 1 }
    return isNew
  }

  /// Ends the page under way and decides what comes next.
  mutating func endPage(_ headers: PageHeaders) -> Step {
    defer {
      pageRows = 0
      pageNews = 0
    }
    if page == 1 {
      hasTotals = headers.total != nil
    } else if headers.total != total {
      totalsAgree = false
    }
    total = headers.total

    // A page that brings nothing new ends the walk whatever its headers say: otherwise a cycle would never end.
    guard pageNews > 0, announcesMore(headers), page < pageLimit else { return .end(verdict(headers)) }
    page += 1
    return .page(page)
  }

  /// Whether the page promises a next one. Own page numbers rise by 1; a promised number that does not rise is none.
  private func announcesMore(_ headers: PageHeaders) -> Bool {
    switch headers.nextPage {
    case .some(.some(let next)): next > page
    case .some(nil): false
    case nil: headers.hasNextLink || pageRows >= Self.rowsPerPage || (headers.total ?? 0) > tags.count
    }
  }

  private func verdict(_ headers: PageHeaders) -> Verdict {
    if hiddenRows > 0 { return .hidden }
    guard totalsAgree else { return .unstable }
    guard hasTotals, let total else {
      // Without numbers, a next page that leads nowhere is the only sign of trouble.
      if case .some(.some) = headers.nextPage, pageRows > 0 { return .unstable }
      return .uncounted
    }
    return total == tags.count ? .complete : .unstable
  }
}
