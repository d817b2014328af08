import SpoolStore
import WheelModel

/// Asks whether a listing is as the last run left it: one conditional request a page.
struct ListingCheck {
  /// What was found.
  enum Finding {
    /// Every page is as it was. `pages` are to be kept if they differ from those known.
    case unchanged(pages: [SourceState.Page])
    /// Something changed. The first page is at hand when it was the first to say so.
    case changed(first: ListingPage?)
  }

  /// Whether the state of an earlier run allows the question: a complete walk, after which nothing was left to do.
  static func isPossible(
    _ state: SourceState?, project: String, settings: String, hasDueFailures: Bool, options: CollectOptions
  ) -> Bool {
    guard let state, !options.recheck, !hasDueFailures else { return false }
    return state.completeAt != nil && state.project == project && state.settings == settings && !state.pages.isEmpty
      && state.missingTags.isEmpty && state.pages.allSatisfy { $0.etag != nil || $0.lastModified != nil }
  }

  /// Asks. Throws `RequestFailure`.
  static func run(_ state: SourceState, _ reader: ListingReader) throws -> Finding {
    var total: Int?
    for (index, page) in state.pages.enumerated() {
      guard page.url == reader.url(index + 1) else { return .changed(first: nil) }
      let validators = Validators(etag: page.etag, lastModified: page.lastModified)
      switch try reader.read(index + 1, validators: validators) {
      case .page(let news): return .changed(first: index == 0 ? news : nil)
      case .notModified(let headers): total = headers.total
      }
    }
    // When the last page was full, a new release stands on a page that nobody has asked for yet.
    guard state.listedTags == UInt64(state.pages.count * ListingWalk.rowsPerPage),
      total.map(UInt64.init) != state.listedTags
    else { return .unchanged(pages: state.pages) }
    let number = state.pages.count + 1
    let probe = try reader.read(number)
    guard probe.rows.isEmpty else { return .changed(first: nil) }
    guard !probe.validators.isEmpty else { return .unchanged(pages: state.pages) }
    let page = SourceState.Page(
      url: reader.url(number), etag: probe.validators.etag, lastModified: probe.validators.lastModified)
    return .unchanged(pages: state.pages + [page])
  }
}
