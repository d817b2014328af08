import ArgumentParser
import Collector
import Configuration
import Exporter
import Inspector
import SpoolStore
import WheelModel

/// One failure as it is shown: on one line, without secrets, control characters escaped, values cut.
struct Report {
  /// What failed.
  var operation: String
  /// Why.
  var cause: String
  /// The stable code.
  var code: String
  /// What is safe in spite of it.
  var kept: String?
  /// What to do next.
  var next: String?
  /// The exit code.
  var status: ExitStatus

  /// `wheelspool: error: …: why (E_CODE); kept: …; next: …`
  var line: String {
    var text = "wheelspool: error: \(operation): \(cause) (\(code))"
    if let kept { text += "; kept: " + kept }
    if let next { text += "; next: " + next }
    return text
  }
}

extension Report {
  /// Finds the report of an error; nil for one that needs none, as when the reader of the output has gone.
  init?(_ error: any Error) {
    switch error {
    case let error as StoreError: self.init(error)
    case let error as InspectorError: self.init(error)
    case let error as ExportError: self.init(error)
    case let error as ConfigurationError:
      self.init(
        operation: error.place, cause: error.cause, code: error.code.rawValue, next: error.hint, status: .usage)
    case let error as OutputError:
      if error.isClosed { return nil }
      self.init(operation: "writing the answer", cause: error.cause, code: "E_LOCAL_IO", status: .localIO)
    case let error as Report.Failure: self = error.report
    default: self.init(operation: "internal", cause: "\(error)", code: "E_INTERNAL", status: .failed)
    }
    operation = Redaction.clean(operation)
    cause = Redaction.clean(cause)
    kept = kept.map { Redaction.clean($0) }
    next = next.map { Redaction.clean($0, limit: 2000) }
  }

  /// Carries a report that a command has made itself.
  struct Failure: Error {
    let report: Report
  }

  init(_ error: StoreError) {
    let status: ExitStatus =
      switch error.kind {
      case .usage: .usage
      case .notFound: .notFound
      case .busy: .busy
      case .unusable: .unusable
      case .localIO: .localIO
      }
    self.init(
      operation: error.operation, cause: error.cause, code: error.code.rawValue, next: error.hint, status: status)
  }

  private init(_ error: InspectorError) {
    let status: ExitStatus =
      switch error.code {
      case .notFound, .ambiguous: .notFound
      case .unknownColumn, .usage: .usage
      case .changed: .busy
      case .damaged: .unusable
      default: .failed
      }
    self.init(
      operation: error.operation, cause: error.cause, code: error.code.rawValue, next: error.hint, status: status)
  }

  init(_ error: ExportError) {
    let status: ExitStatus =
      switch error.kind {
      case .usage: .usage
      case .notFound: .notFound
      case .locked: .busy
      case .localIO: .localIO
      case .targetFailed: .target
      }
    self.init(
      operation: error.operation, cause: error.cause, code: error.code.rawValue, next: error.hint, status: status)
  }
}
