import WheelModel

/// What to do about a listing that could not be read.
enum CollectAdvice {
  /// Returns what to try next after a failure of a listing; nil where the failure says all there is.
  static func next(after code: FailureCode) -> String? {
    switch code {
    case .notFound: "check the project's path or number; a private one needs a token: export GITLAB_TOKEN"
    case .refused: "check the token, what it may read, and that it has not expired"
    case .noTag: "use a token that may read the project's code"
    case .network, .timeout: "check the URL, the network and proxies, then run again; -v tells of each attempt"
    case .tls: "check the URL and the clock; --cacert FILE names another authority"
    case .address: "--allow-host HOST, if that address is meant"
    case .url: "ask https, or --allow-http if plain http is meant"
    case .server, .unstableListing: "run again later"
    default: nil
    }
  }
}
