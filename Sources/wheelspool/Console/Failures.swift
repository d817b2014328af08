import ArgumentParser
import Inspector

/// Turns what a command threw into a message and an exit code.
enum Failures {
  /// Writes the message, if one is due, and returns the exit code.
  static func report(_ error: any Error, arguments: [String]) -> Int32 {
    if let status = error as? ExitStatus { return status.code }
    let log = Log(arguments: arguments)
    if isOfParser(error) {
      let code = Wheelspool.exitCode(for: error)
      if code == .success {
        // Help, version and completion scripts were asked for.
        return write(Wheelspool.fullMessage(for: error) + "\n")
      }
      log.error(usage(error, arguments))
      return ExitStatus.usage.code
    }
    guard let report = Report(error) else { return ExitStatus.complete.code }
    log.error(report)
    return report.status.code
  }

  /// Whether the argument parser made the error.
  private static func isOfParser(_ error: any Error) -> Bool {
    if error is CleanExit || error is ValidationError || error is ExitCode { return true }
    return String(reflecting: type(of: error)).hasPrefix("ArgumentParser.")
  }

  private static func usage(_ error: any Error, _ arguments: [String]) -> Report {
    let (command, known) = path(of: arguments)
    var message = Wheelspool.message(for: error).split(separator: "\n").joined(separator: " ")
    var next = (["wheelspool"] + command + ["--help"]).joined(separator: " ")
    if let word = arguments.dropFirst(command.count).first, !known.isEmpty {
      if !word.hasPrefix("-") {
        message = "there is no command '\(word)'"
        if let suggestion = Suggestions.sentence(for: word, among: known) { next = suggestion + " " + next }
      } else if command.isEmpty, arguments.contains(where: known.contains) {
        next = "options stand behind the command: wheelspool dump \(word) …; " + next
      }
    }
    return Report(
      operation: "command line", cause: Redaction.clean(message), code: "E_USAGE", next: Redaction.clean(next),
      status: .usage)
  }

  /// Finds the subcommands that the arguments begin with, and the names of those that may follow.
  private static func path(of arguments: [String]) -> (path: [String], following: [String]) {
    var known: [any ParsableCommand.Type] = Wheelspool.configuration.subcommands
    var path: [String] = []
    for word in arguments {
      guard let next = known.first(where: { $0._commandName == word }) else { break }
      path.append(word)
      known = next.configuration.subcommands
    }
    return (path, known.map { $0._commandName })
  }

  private static func write(_ text: String) -> Int32 {
    do {
      try FileOutput(descriptor: 1).write(Array(text.utf8).span)
      return ExitStatus.complete.code
    } catch {
      return error.isClosed ? ExitStatus.complete.code : ExitStatus.localIO.code
    }
  }
}
