import SpoolStore
import WheelModel

/// Collects one repository: lists, plans, hands releases to the pipeline, and settles what the walks showed.
final class RepositoryCollector {
  let context: RunContext
  let source: CollectOptions.Source
  let pipeline: Pipeline
  let reader: ListingReader

  /// Tags that earlier walks of this run dealt with: a row that comes again is not planned again.
  var handled: Set<TagDigest> = []
  /// Failures of the listing itself that this run found.
  var listingFailures: [AssetFailureReason] = []
  /// Why rows of the last walk had no tag.
  var hidden: RowRejection?
  /// The pages of the last walk.
  var pages: [SourceState.Page] = []
  /// Whether rows were seen that a later run must look at although the listing stays the same.
  var hasLaterRows = false
  /// Whether this run saw anything but the state that the last one left.
  var isStateDropped = false

  init(_ context: RunContext, source: CollectOptions.Source, pipeline: Pipeline, reader: ListingReader) {
    self.context = context
    self.source = source
    self.pipeline = pipeline
    self.reader = reader
  }

  /// What state was written under: other settings make another listing of the same pages.
  var settings: String { "1 " + context.options.gitlabURL }

  /// Runs to the end of the repository.
  func run() -> RunSummary.Repository.Listing {
    var refusal: AssetFailureReason?
    var listing = RunSummary.Repository.Listing.interrupted
    do {
      listing = try collect()
    } catch RequestFailure.failed(let reason), RequestFailure.refused(let reason) {
      refusal = reason
    } catch {
      // Stopped; or refused on another thread, which is asked below.
    }
    pipeline.drain()
    guard !context.isEnding else { return .interrupted }
    guard let reason = refusal ?? context.refusal(of: source.key) else { return listing }
    listingFailures.append(reason)
    settleFailures()
    // Without a refusal of its own the listing was read as far as it was wanted: an asset was what could not be had.
    return refusal == nil ? .brokenOff(reason.code, reason.message) : .failed(reason.code, reason.message)
  }

  private func collect() throws -> RunSummary.Repository.Listing {
    let state = context.storing { store in try store.read { try $0.source(source.key) } } ?? nil
    var first: ListingPage?
    let isPossible = ListingCheck.isPossible(
      state, project: source.project, settings: settings, hasDueFailures: hasDueFailures(), options: context.options)
    if isPossible, let state {
      switch try ListingCheck.run(state, reader) {
      case .unchanged(let pages):
        if pages != state.pages { saveState(pages, tags: state.listedTags) }
        context.meter.tell(.listed(source.key, releases: Int(clamping: state.listedTags), isUnchanged: true))
        context.meter.count {
          $0.listed += state.listedTags
          $0.unchanged += state.listedTags
        }
        if listingFailuresOpen() { settleFailures() }
        return .unchanged
      case .changed(let page): first = page
      }
    }

    if let before = state?.project, before != source.project, !context.options.acceptEmpty, try hasLiveReleases() {
      let page = try first.take() ?? reader.read(1)
      guard try knowsAny(of: page) else { return settleOther(project: before) }
      first = page
    }
    var session = ListingSession(acceptEmpty: context.options.acceptEmpty)
    while true {
      let (walk, verdict) = try walkPages(first: first.take())
      let step = try session.end(
        walk, verdict, storeHasLive: try hasLiveReleases(),
        lacksAny: { seen in
          var lacks = false
          try forEachExpectedTag { tag in
            lacks = !seen.contains(TagDigest(tag))
            return !lacks
          }
          return lacks
        })
      guard case .done(let result) = step else {
        if handled.isEmpty { handled = walk.tags } else { handled.formUnion(walk.tags) }
        continue
      }
      pipeline.drain()
      guard !context.isEnding, !context.isEnded(source.key) else { return .interrupted }
      context.meter.tell(.listed(source.key, releases: walk.tags.count, isUnchanged: false))
      return try settle(result, session, walk)
    }
  }

  /// Walks all pages once, planning every row as its page is complete.
  private func walkPages(first: ListingPage?) throws -> (ListingWalk, ListingWalk.Verdict) {
    var walk = ListingWalk(pageLimit: context.options.limits.listingPages)
    var number = 1
    var waiting = first
    pages = []
    hasLaterRows = false
    while true {
      var page = try waiting.take() ?? reader.read(number)
      page.rows.removeAll { row in
        if case .rejected(nil, let rejection) = row { hidden = rejection }
        return !walk.see(row.tag)
      }
      pages.append(
        SourceState.Page(
          url: reader.url(number), etag: page.validators.etag, lastModified: page.validators.lastModified))
      let step = walk.endPage(page.headers)
      context.meter.tell(
        .listing(source.key, page: number, releases: walk.tags.count, total: page.headers.total))
      var news: [ListingRow] = []
      swap(&news, &page.rows)
      try handle(news)
      switch step {
      case .page(let next): number = next
      case .end(let verdict): return (walk, verdict)
      }
    }
  }
}
