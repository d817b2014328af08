import Digest
import Testing
import WheelModel

@testable import Collector

@Suite("One walk over a listing")
struct ListingWalkTests {
  typealias Headers = ListingWalk.PageHeaders

  /// One page: its tags (nil for a row without one) and its headers.
  struct Page {
    var tags: [Text?]
    var headers: Headers
  }

  private static func tags(_ range: Range<Int>) -> [Text?] { range.map { Text("t\($0)") } }
  private static func page(_ tags: [Text?], next: Int??, total: Int?, link: Bool = false) -> Page {
    Page(tags: tags, headers: Headers(nextPage: next, total: total, hasNextLink: link))
  }

  /// Walks a server that has these pages, the last one for all numbers beyond. Returns pages asked for and verdict.
  private func walk(_ pages: [Page], limit: Int = 50) -> (asked: [Int], verdict: ListingWalk.Verdict, tags: Int) {
    var walk = ListingWalk(pageLimit: limit)
    var asked = [1]
    while true {
      let page = pages[min(asked.count, pages.count) - 1]
      for tag in page.tags { _ = walk.see(tag) }
      switch walk.endPage(page.headers) {
      case .page(let next): asked.append(next)
      case .end(let verdict): return (asked, verdict, walk.tags.count)
      }
    }
  }

  @Test("ends where the headers say and believes their count")
  func complete() {
    let two = walk([
      Self.page(Self.tags(0..<100), next: 2, total: 150), Self.page(Self.tags(100..<150), next: .some(nil), total: 150),
    ])
    #expect(two.asked == [1, 2] && two.verdict == .complete && two.tags == 150)
    #expect(walk([Self.page([], next: .some(nil), total: 0)]).verdict == .complete)
    // Small pages: the server caps per_page.
    let capped = walk([
      Self.page(Self.tags(0..<20), next: 2, total: 30), Self.page(Self.tags(20..<30), next: .some(nil), total: 30),
    ])
    #expect(capped.asked == [1, 2] && capped.verdict == .complete)
  }

  @Test("goes on without X-Next-Page while a page is full, links on, or the count says so")
  func withoutNextPage() {
    let full = walk([
      Self.page(Self.tags(0..<100), next: nil, total: 100), Self.page([], next: nil, total: 100),
    ])
    #expect(full.asked == [1, 2] && full.verdict == .complete)
    let linked = walk([
      Self.page(Self.tags(0..<5), next: nil, total: 7, link: true), Self.page(Self.tags(5..<7), next: nil, total: 7),
    ])
    #expect(linked.asked == [1, 2] && linked.verdict == .complete)
    let counted = walk([
      Self.page(Self.tags(0..<5), next: nil, total: 7), Self.page(Self.tags(5..<7), next: nil, total: 7),
    ])
    #expect(counted.asked == [1, 2] && counted.verdict == .complete)
  }

  @Test("is unstable when a row repeats and another is hidden, when the count moves, or when it never fits")
  func unstable() {
    // A row was deleted: the second page begins one too late, and the count has moved with it.
    let deleted = walk([
      Self.page(Self.tags(0..<100), next: 2, total: 150), Self.page(Self.tags(101..<150), next: .some(nil), total: 149),
    ])
    #expect(deleted.verdict == .unstable && deleted.tags == 149)
    // Equal dates: one row twice, one never.
    let ties = walk([
      Self.page(Self.tags(0..<100), next: 2, total: 150),
      Self.page(["t99"] + Self.tags(101..<150), next: .some(nil), total: 150),
    ])
    #expect(ties.verdict == .unstable)
    #expect(walk([Self.page(Self.tags(0..<3), next: .some(nil), total: 4)]).verdict == .unstable)
    #expect(walk([Self.page(Self.tags(0..<3), next: .some(nil), total: 2)]).verdict == .unstable)
    let vanishing = walk([
      Self.page(Self.tags(0..<100), next: 2, total: 150), Self.page(Self.tags(100..<150), next: .some(nil), total: nil),
    ])
    #expect(vanishing.verdict == .unstable)
  }

  @Test("survives a row that is added and repeats one")
  func added() {
    let pages = [
      Self.page(Self.tags(0..<100), next: 2, total: 150),
      Self.page(["t99"] + Self.tags(100..<150), next: .some(nil), total: 150),
    ]
    #expect(walk(pages).verdict == .complete)
  }

  @Test("stops on a page that brings nothing new, on numbers that do not rise, and at the limit")
  func cycles() {
    let cycle = walk([Self.page(Self.tags(0..<100), next: 2, total: 150)])
    #expect(cycle.asked == [1, 2] && cycle.verdict == .unstable)
    let harmless = walk([Self.page(Self.tags(0..<100), next: 2, total: 100)])
    #expect(harmless.asked == [1, 2] && harmless.verdict == .complete)
    #expect(walk([Self.page(Self.tags(0..<100), next: 1, total: 150)]).asked == [1])
    #expect(walk([Self.page(Self.tags(0..<100), next: 1, total: 150)]).verdict == .unstable)
    #expect(walk([Self.page(Self.tags(0..<100), next: 0, total: 100)]).verdict == .complete)
    #expect(walk([Self.page(Self.tags(0..<100), next: 1, total: nil)]).verdict == .unstable)
    #expect(walk([Self.page(Self.tags(0..<100), next: 2, total: nil)]).verdict == .unstable)
    #expect(walk([Self.page([], next: 2, total: nil)]).asked == [1])
    // A jump in the announced numbers is not followed.
    #expect(
      walk([
        Self.page(Self.tags(0..<100), next: 7, total: 150),
        Self.page(Self.tags(100..<150), next: .some(nil), total: 150),
      ])
      .asked == [1, 2])
    let endless = (0..<60).map { Self.page([Text("t\($0)")], next: $0 + 2, total: 1000) }
    #expect(walk(endless, limit: 5).asked == [1, 2, 3, 4, 5])
    #expect(walk(endless, limit: 5).verdict == .unstable)
  }

  @Test("without a count cannot tell by itself")
  func uncounted() {
    let pages = [Self.page(Self.tags(0..<100), next: 2, total: nil), Self.page(["x"], next: .some(nil), total: nil)]
    #expect(walk(pages).verdict == .uncounted && walk(pages).tags == 101)
    #expect(walk([Self.page([], next: nil, total: nil)]).verdict == .uncounted)
  }

  @Test("sees that rows are hidden")
  func hidden() {
    #expect(walk([Self.page([nil, "a"], next: .some(nil), total: 2)]).verdict == .hidden)
    let all = walk([Self.page(Array(repeating: nil, count: 100), next: 2, total: 150)])
    #expect(all.verdict == .hidden && all.asked == [1])
  }
}
