/// How a command ended, as the shell sees it: an API. Thrown to end with a code that needs no message of its own.
struct ExitStatus: Error, Equatable {
  let code: Int32

  /// Everything was done.
  static let complete = ExitStatus(code: 0)
  /// It failed.
  static let failed = ExitStatus(code: 1)
  /// The command line or the configuration is wrong.
  static let usage = ExitStatus(code: 2)
  /// Some assets or rows failed, the rest is in.
  static let partial = ExitStatus(code: 3)
  /// What was asked for is not there.
  static let notFound = ExitStatus(code: 4)
  /// Another process holds the store or the target.
  static let busy = ExitStatus(code: 5)
  /// The store is damaged, newer or none.
  static let unusable = ExitStatus(code: 6)
  /// The local system refused.
  static let localIO = ExitStatus(code: 7)
  /// The source refused or cannot be reached.
  static let source = ExitStatus(code: 8)
  /// The target failed; its progress is kept.
  static let target = ExitStatus(code: 9)

  /// A signal ended it.
  static func interrupted(by signal: Int32) -> ExitStatus { ExitStatus(code: 128 + signal) }
}
