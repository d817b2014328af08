import FakeGitLab
import Glibc
import TestSupport

/// The built program, run as a user runs it.
enum Wheelspool {
  /// The folder of the package.
  static let root = #filePath.split(separator: "/").prefix { $0 != "Tests" }.reduce("") { $0 + "/" + $1 }
  /// The released collections that come with the project.
  static let fixtures = root + "/fixtures"

  /// The program, beside the tests' own.
  static let path: String = {
    var bytes = [CChar](repeating: 0, count: 4096)
    let count = unsafe readlink("/proc/self/exe", &bytes, bytes.count)
    let own = String(decoding: bytes.prefix(max(count, 0)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let folder = own.split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 }
    // With some toolchains the tests run inside a helper of the toolchain's: then the package's own folder is looked at.
    return Files.exists(folder + "/wheelspool") ? folder + "/wheelspool" : root + "/.build/debug/wheelspool"
  }()

  /// Runs it without what the environment may say of stores and tokens.
  static func run(
    _ arguments: [String], store: String? = nil, environment extra: [String: String] = [:], directory: String? = nil,
    timeout: Double = 60
  ) throws -> ProcessResult {
    try RunningProcess.run(
      path, arguments, environment: environment(store, extra), directory: directory, timeout: timeout)
  }

  /// Starts it.
  static func start(
    _ arguments: [String], store: String? = nil, environment extra: [String: String] = [:]
  ) throws -> RunningProcess {
    try RunningProcess(path, arguments, environment: environment(store, extra), input: [])
  }

  static func environment(_ store: String?, _ extra: [String: String]) -> [String: String] {
    var environment = ["PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"]
    environment["WHEELSPOOL_STORE"] = store
    return environment.merging(Sanitizer.environment) { $1 }.merging(extra) { $1 }
  }
}

/// A store with the collections that come with the project, collected once for all tests.
enum SampleStore {
  private static let made: Result<TemporaryDirectory, any Error> = Result {
    let directory = try TemporaryDirectory()
    let server = try FakeGitLab(tree: Wheelspool.fixtures)
    defer { server.stop() }
    for name in ["http", "multi", "odd"] {
      let result = try Wheelspool.run(
        [
          "collect", "--gitlab", server.url, "--project", "acme/builders/wheels-\(name)", "--product", "rhai",
          "--quiet",
        ], store: directory.file("sample.store"), environment: ["GITLAB_TOKEN": "test-token"])
      guard result.exitCode == 0 else { throw SupportError("collect \(name)", result.errorText) }
    }
    unsafe toRemove = directory.path
    atexit { try? Files.remove(unsafe SampleStore.toRemove) }
    return directory
  }

  // Safety: set once, before atexit is told of it, and read only when the process ends.
  nonisolated(unsafe) private static var toRemove = ""

  /// The store's directory.
  static func path() throws -> String { try made.get().file("sample.store") }

  /// Runs the program on the store.
  static func run(_ arguments: String..., environment: [String: String] = [:]) throws -> ProcessResult {
    try Wheelspool.run(arguments, store: try path(), environment: environment)
  }
}
