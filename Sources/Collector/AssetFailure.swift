import Tarball
public import WheelModel

/// Says why an asset cannot be taken in.
public struct AssetFailure: Error, Equatable, Sendable, CustomStringConvertible {
  /// The code that is recorded.
  public let code: FailureCode
  /// The reason in one line, without bytes of the asset.
  public let message: String
  /// The wanted member that it is about, such as `release/outputs/graph.json`; nil for the asset as a whole.
  public let member: String?
  /// Whether reading the same bytes again would end the same way.
  public let isPermanent: Bool

  init(_ code: FailureCode, _ message: String, member: AssetMember? = nil, isPermanent: Bool = true) {
    self.code = code
    self.message = message
    self.member = member?.path
    self.isPermanent = isPermanent
  }

  init(_ error: ContentError, member: AssetMember?) { self.init(error.code, error.reason, member: member) }

  init(_ error: TarballError, member: AssetMember?) {
    let code: FailureCode
    switch error.code {
    case .gzip: code = .gzip
    case .truncated: code = error.operation == "inflate" ? .gzip : .tar
    case .limit, .memory: code = .limit
    default: code = .tar
    }
    self.init(code, error.description, member: member, isPermanent: error.code != .memory)
  }

  /// The member, the reason and the code.
  public var description: String { (member.map { "\($0): " } ?? "") + "\(message) (\(code))" }
}
