import ArgumentParser
import Configuration
import SpoolStore

/// What every command takes.
struct GlobalOptions: ParsableArguments {
  enum LogFormat: String, ExpressibleByArgument, CaseIterable {
    case text, json
  }

  @Option(
    help: ArgumentHelp(
      "The store's directory (default: $WHEELSPOOL_STORE, else the configuration's, else ./wheelspool.store).",
      valueName: "dir"),
    completion: .directory)
  var store: String?

  @Flag(name: .shortAndLong, help: "Say more on standard error.")
  var verbose = false

  @Flag(name: .shortAndLong, help: "Say only errors on standard error.")
  var quiet = false

  @Option(help: ArgumentHelp("How messages are written.", valueName: "format"))
  var logFormat = LogFormat.text

  func validate() throws {
    if verbose && quiet { throw ValidationError("--verbose and --quiet exclude each other") }
  }

  /// Where messages go.
  var log: Log { Log(level: quiet ? .error : verbose ? .debug : .info, isJSON: logFormat == .json) }

  /// The store's directory. Throws `ConfigurationError` when it must be looked up in a file that is broken.
  var storePath: String {
    get throws { try Configuration.storePath(flag: store, environment: Environment.all) }
  }

  /// Opens the store for reading.
  func openStore() throws -> Store { try noting(Store.open(path: storePath, mode: .read)) }

  /// Warns when the store lies where its locks may not hold.
  func noting(_ store: Store) -> Store {
    if let kind = store.sharedFileSystem {
      log.warning("the store lies on \(kind), where locks may not hold between machines; keep it on a local disk")
    }
    return store
  }
}
