import Fetch

/// A client whose API is `server`, with a token and short time-outs.
func makeClient(for server: ScriptedServer, _ adjust: (inout ClientOptions) -> Void = { _ in }) throws -> HTTPClient {
  var options = ClientOptions(origin: try Origin(url: server.url))
  options.token = ("PRIVATE-TOKEN", try Secret(Array("canary-7".utf8)))
  options.proxy = .none
  options.times.connect = 5
  options.times.firstByte = 5
  options.times.lowSpeedSpan = 5
  adjust(&options)
  return try HTTPClient(options)
}

/// Runs a request to its end and returns the code it failed with, or nil.
func failure(_ body: () throws -> Void) -> FetchError? {
  do {
    try body()
    return nil
  } catch {
    return error as? FetchError
  }
}
