public import JSONScan

/// Says why the content of an asset's file is refused: a code of the program, and a reason in one line.
public struct ContentError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What kind of refusal it is.
  public let code: FailureCode
  /// The reason; never bytes of the content.
  public let reason: String

  /// Makes an error of its parts.
  public init(_ code: FailureCode, _ reason: String) {
    self.code = code
    self.reason = reason
  }

  /// Turns a scanner's error into `E_LIMIT` where a size was exceeded, else `E_JSON`.
  public init(_ error: JSONError) {
    let isLimit = error.code == .tooLong || error.code == .heldTooLong
    self.init(isLimit ? .limit : .json, error.description)
  }

  /// Turns what a scan threw into an error of the content.
  init(scanning error: any Error) {
    switch error {
    case let error as ContentError: self = error
    case let error as JSONError: self.init(error)
    default: self.init(.json, "\(error)")
    }
  }

  /// The code with the reason.
  public var description: String { "\(reason) (\(code))" }
}
