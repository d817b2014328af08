import WheelModel

/// Judges the answer to a request by its status: a pure function of what the server said.
enum AnswerVerdict: Equatable {
  /// The body is what was asked for.
  case accept
  /// What is known is still good (304).
  case notModified
  /// The server is in trouble, or wants fewer requests: try again.
  case retry(AssetFailureReason)
  /// Trying again is useless.
  case fail(AssetFailureReason)
  /// The instance does not let the token in: nothing more of this repository.
  case endRepository(AssetFailureReason)

  /// Whether a server that says so, without a body to read, is at work.
  var isAnswer: Bool {
    switch self {
    case .notModified, .fail, .endRepository: true
    case .accept, .retry: false
    }
  }

  /// Judges a status. `isOrigin` tells whether the answer came from the instance itself rather than from where it
  /// redirected to: only the instance's word about the token counts for the whole repository.
  static func judge(status: Int, isOrigin: Bool, isConditional: Bool) -> AnswerVerdict {
    func reason(_ code: FailureCode, _ text: String, isPermanent: Bool = true) -> AssetFailureReason {
      AssetFailureReason(code: code, message: "the server answers \(status): \(text)", isPermanent: isPermanent)
    }
    switch status {
    case 200: return .accept
    case 304 where isConditional: return .notModified
    case 401 where isOrigin: return .endRepository(reason(.refused, "the token is missing, wrong or expired"))
    case 403 where isOrigin: return .endRepository(reason(.refused, "the token may not read this"))
    case 404, 410: return .fail(reason(.notFound, "there is nothing here, or nothing that the token may see"))
    case 408, 425, 429: return .retry(reason(.server, "it wants fewer requests", isPermanent: false))
    case 500...599: return .retry(reason(.server, "it is in trouble", isPermanent: false))
    case 300...399: return .fail(reason(.redirect, "a redirect that leads nowhere"))
    case 400...499: return .fail(reason(.refused, "it refuses the request"))
    default: return .fail(reason(.server, "a status that a download never has"))
    }
  }
}
