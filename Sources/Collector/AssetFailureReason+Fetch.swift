import Fetch
import WheelModel

extension AssetFailureReason {
  /// Says why a request brought no answer.
  init(_ error: FetchError) {
    let code: FailureCode =
      switch error.code {
      case .tls: .tls
      case .timeout: .timeout
      case .tooManyRedirects: .redirect
      case .urlRefused: .url
      case .addressRefused: .address
      case .bodyTooLarge, .headerTooLarge: .limit
      case .secretRefused: .refused
      default: .network
      }
    // A certificate may be mended at any time, and whatever is not known to be final may pass.
    let isFinal: [FailureCode] = [.redirect, .url, .address, .limit, .refused]
    self.init(code: code, message: SafeText.escape(error.description), isPermanent: isFinal.contains(code))
  }
}
