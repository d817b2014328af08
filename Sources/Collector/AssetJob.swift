import Fetch
import SpoolStore
import Threads
import WheelModel

/// One asset to be read by a worker.
struct AssetJob: Sendable {
  let release: ReleaseInFlight
  let index: Int

  var fetch: ReleasePlan.Fetch { release.work.fetches[index] }

  /// Runs the pull pipeline: the server's bytes through inflater, tar and scanners, nothing held but what is kept.
  func run(_ requester: Requester, reader: AssetReader, context: RunContext) -> ReleaseInFlight.Result {
    let fetch = fetch
    guard !fetch.asset.link.url.isEmpty else {
      return .failed(AssetFailureReason(code: .url, message: "the link has no URL", isPermanent: true))
    }
    var validators = Validators()
    if fetch.reason == .recheck, let origin = fetch.known?.asset {
      validators = Validators(etag: origin.etag, lastModified: origin.lastModified)
    }
    do {
      let answer = try requester.get(
        fetch.asset.link.url, validators: validators, bodyLimit: context.options.limits.assetBytes
      ) { response in
        (try read(response, reader, context), Validators(response.headers))
      }
      switch answer {
      case .value((let content, let seen)):
        return .content(content, etag: seen.etag, lastModified: seen.lastModified)
      case .notModified(let headers):
        let seen = Validators(headers)
        return .notModified(
          etag: seen.etag ?? validators.etag, lastModified: seen.lastModified ?? validators.lastModified)
      }
    } catch {
      return result(of: error, context)
    }
  }

  /// Reads one answer. What its transfer throws comes out as it was thrown, whatever the reader makes of it.
  private func read(_ response: Response, _ reader: AssetReader, _ context: RunContext) throws -> AssetContent {
    let cut = SourceError()
    do {
      return try reader.read { buffer in
        do {
          let count = try response.read(into: &buffer)
          context.meter.download(count)
          return count
        } catch let error as FetchError {
          cut.error = error
          throw error
        }
      }
    } catch {
      throw cut.error ?? error
    }
  }

  private func result(of error: any Error, _ context: RunContext) -> ReleaseInFlight.Result {
    switch error {
    case RequestFailure.stopped: return .stopped
    case RequestFailure.failed(let reason): return .failed(reason)
    case RequestFailure.refused(let reason):
      context.endRepository(release.key.repository, because: reason)
      return .failed(AssetFailureReason(code: reason.code, message: reason.message, isPermanent: false))
    case let failure as AssetFailure:
      let text = (failure.member.map { $0 + ": " } ?? "") + failure.message
      return .failed(
        AssetFailureReason(code: failure.code, message: SafeText.escape(text), isPermanent: failure.isPermanent))
    case let error as StoreError:
      context.end(with: error)
      return .stopped
    default:
      return .failed(
        AssetFailureReason(code: .network, message: SafeText.escape("\(error)"), isPermanent: false))
    }
  }

  private final class SourceError {
    var error: FetchError?
  }
}
