import Fetch

extension RunContext {
  /// Makes the client of one thread. Throws `FetchError` for options that cannot be.
  func makeClient() throws(FetchError) -> (client: HTTPClient, origin: Origin) {
    let origin = try Origin(url: options.gitlabURL)
    var settings = ClientOptions(origin: origin)
    if let credential = options.credential {
      settings.token =
        switch credential.header {
        case .privateToken: ("PRIVATE-TOKEN", try Secret(credential.secretBytes))
        case .jobToken: ("JOB-TOKEN", try Secret(credential.secretBytes))
        case .bearer: ("Authorization", try Secret(bearer: credential.secretBytes))
        }
    }
    settings.caFile = options.certificates
    settings.allowsHTTP = options.allowHTTP
    settings.allowedHosts = Set(options.allowedHosts)
    settings.userAgent = options.userAgent
    settings.times.connect = options.limits.connectSeconds
    settings.times.firstByte = options.limits.answerSeconds
    settings.times.lowSpeedSpan = options.limits.stallSeconds
    settings.times.total = options.limits.requestSeconds
    settings.shouldStop = { [self] in isEnding }
    return (try HTTPClient(settings), origin)
  }
}
