import Fetch
import SpoolStore
import Threads
import WheelModel

/// Why a request, with all its retries, brought nothing.
enum RequestFailure: Error {
  /// It cannot be had.
  case failed(AssetFailureReason)
  /// Nothing more of the repository can be had: the instance does not let the token in, or its server is dead.
  case refused(AssetFailureReason)
  /// The run is ending.
  case stopped
}

/// Asks one server on one thread: a client that is kept alive, with retries, waits and the run's stop.
final class Requester {
  /// What a request brought.
  enum Answer<Value> {
    case value(Value)
    case notModified(HTTPHeaders)
  }

  private let context: RunContext
  private let repository: RepositoryKey
  private let client: HTTPClient
  private let origin: Origin

  /// Prepares a client; connects nowhere yet.
  init(_ context: RunContext, repository: RepositoryKey, client: HTTPClient, origin: Origin) {
    self.context = context
    self.repository = repository
    self.client = client
    self.origin = origin
  }

  /// Asks for a URL until `body` has taken the answer, or trying again is useless.
  ///
  /// `body` may run several times, each time with a new answer. What it throws is retried when it is a `FetchError` that
  /// may pass, and reaches the caller otherwise.
  func get<Value>(
    _ url: String, validators: Validators = Validators(), bodyLimit: Int, body: (Response) throws -> Value
  ) throws -> Answer<Value> {
    var failed = 0
    while true {
      try waitForTurn()
      let reason: AssetFailureReason
      var asked: Double?
      do {
        defer { context.throttle.end() }
        context.meter.count { $0.requests += 1 }
        let response = try client.get(url, headers: validators.headers, bodyLimit: bodyLimit)
        defer { response.discard() }
        heed(response)
        let isOrigin = (try? Origin(url: response.finalURL)) == origin
        let verdict = AnswerVerdict.judge(
          status: response.status, isOrigin: isOrigin, isConditional: !validators.isEmpty)
        if verdict.isAnswer { context.retries.answered() }
        switch verdict {
        case .accept:
          let value = try body(response)
          context.retries.answered()
          return .value(value)
        case .notModified: return .notModified(response.headers)
        case .fail(let reason): throw RequestFailure.failed(reason)
        case .endRepository(let reason): throw RequestFailure.refused(reason)
        case .retry(let found):
          reason = found
          asked = response.retryAfter.map(Double.init) ?? wait(for: response.rateLimit)
          if response.status == 429, let asked { hold(asked) }
        }
      } catch let error as FetchError {
        guard error.code != .interrupted else { throw RequestFailure.stopped }
        reason = AssetFailureReason(error)
        guard error.isTransient else { throw RequestFailure.failed(reason) }
      }
      failed += 1
      guard
        case .wait(let seconds) = context.policy.decide(failed: failed, asked: asked, jitter: context.clock.jitter()),
        context.retries.take()
      else { throw givenUp(reason) }
      context.meter.tell(.waiting(repository, seconds: seconds, because: reason.message))
      if context.stop.wait(seconds: seconds) { throw RequestFailure.stopped }
    }
  }

  /// Decides what becomes of a request that was given up, and with it of the repository.
  private func givenUp(_ reason: AssetFailureReason) -> RequestFailure {
    guard context.retries.gaveUp() else { return .failed(reason) }
    var reason = reason
    reason.message += "; so did \(context.options.limits.deadRequests) requests in a row: the server counts as dead"
    return .refused(reason)
  }

  /// Waits while the server wants no requests from anybody, and begins one.
  private func waitForTurn() throws(RequestFailure) {
    while true {
      guard !context.isEnding else { throw .stopped }
      let seconds = context.throttle.begin(at: context.clock.seconds())
      guard seconds > 0 else { return }
      if context.stop.wait(seconds: seconds) { throw .stopped }
    }
  }

  /// Notes how many requests the server still takes until its limit is reset.
  private func heed(_ response: Response) {
    guard let remaining = response.rateLimit.remaining, let reset = response.rateLimit.resetsAfter else { return }
    let wait = min(Double(reset), context.policy.longestWait)
    context.throttle.heed(remaining: remaining, until: context.clock.seconds() + wait)
  }

  private func hold(_ seconds: Double) {
    let capped = min(seconds, context.policy.longestWait)
    context.throttle.hold(until: context.clock.seconds() + capped)
  }

  /// The seconds until the limit is reset, if nothing is left of it now.
  private func wait(for limit: RateLimit) -> Double? {
    guard limit.remaining == 0, let reset = limit.resetsAfter else { return nil }
    return Double(reset)
  }
}

/// What a server gave to ask later whether something changed.
struct Validators: Equatable {
  var etag: String?
  var lastModified: String?

  init(etag: String? = nil, lastModified: String? = nil) {
    self.etag = etag
    self.lastModified = lastModified
  }

  /// Takes those of an answer, unless they are longer than any.
  init(_ headers: HTTPHeaders) {
    func short(_ text: String?) -> String? { text.flatMap { $0.utf8.count <= 1024 ? $0 : nil } }
    self.init(etag: short(headers["ETag"]), lastModified: short(headers["Last-Modified"]))
  }

  var isEmpty: Bool { etag == nil && lastModified == nil }

  /// The headers of a conditional request.
  var headers: [(name: String, value: String)] {
    var lines: [(name: String, value: String)] = []
    if let etag { lines.append(("If-None-Match", etag)) }
    if let lastModified { lines.append(("If-Modified-Since", lastModified)) }
    return lines
  }
}
