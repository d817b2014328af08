import Threads
import WheelModel

/// What threads tell each other about the repository under way.
struct RepositoryState {
  /// Why the instance lets the token no further.
  var refusal: AssetFailureReason?
  /// Whether something of it is not in the store as the listing shows it.
  var isUnsettled = false
}

extension RunContext {
  /// Ends the work on a repository: the token is not let in. The first reason counts.
  func endRepository(_ key: RepositoryKey, because reason: AssetFailureReason) {
    repositories.withLock { states in
      var state = states[key] ?? RepositoryState()
      if state.refusal == nil { state.refusal = reason }
      state.isUnsettled = true
      states[key] = state
    }
  }

  /// Why the work on a repository was ended, if it was.
  func refusal(of key: RepositoryKey) -> AssetFailureReason? { repositories.withLock { $0[key]?.refusal } }

  /// Whether the work on a repository was ended.
  func isEnded(_ key: RepositoryKey) -> Bool { refusal(of: key) != nil }

  /// Notes that the next run must look at every page again.
  func leaveUnsettled(_ key: RepositoryKey) {
    repositories.withLock { $0[key, default: RepositoryState()].isUnsettled = true }
  }

  /// Whether the next run must look at every page again.
  func isUnsettled(_ key: RepositoryKey) -> Bool { repositories.withLock { $0[key]?.isUnsettled ?? false } }
}
